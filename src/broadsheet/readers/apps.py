"""Django's registration of the readers' room."""

from django.apps import AppConfig


class ReadersConfig(AppConfig):
    name = "broadsheet.readers"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"
