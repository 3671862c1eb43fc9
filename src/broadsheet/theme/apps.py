"""Django's registration of the theme, for its templates and translations."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "broadsheet.theme"
