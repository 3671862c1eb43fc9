"""The roles an account can have at the desk."""

from django.db import models


class Role(models.TextChoices):
    """A role's value is the name of its group in lower case; an administrator has no group and may do everything."""

    ADMINISTRATOR = "administrator", "Administrator"
    EDITOR = "editor", "Editors"
    REPORTER = "reporter", "Reporters"
    FUNDRAISER = "fundraiser", "Fundraisers"
    CARE = "care", "Supporter care"
