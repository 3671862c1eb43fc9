"""Django's registration of the imports."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "broadsheet.imports"
    verbose_name = "Imports"
    default_auto_field = "django.db.models.BigAutoField"
