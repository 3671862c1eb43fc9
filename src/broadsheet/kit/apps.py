"""Django's registration of the kit."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "broadsheet.kit"
    verbose_name = "Foundations"
    default_auto_field = "django.db.models.BigAutoField"
