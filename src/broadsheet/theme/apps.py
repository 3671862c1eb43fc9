"""Django's registration of the theme, for its templates and translations."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "broadsheet.theme"

    def ready(self) -> None:
        from broadsheet.theme import scripts

        scripts.register()
