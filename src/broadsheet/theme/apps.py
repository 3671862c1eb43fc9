"""Django's registration of the theme, for its templates and translations."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "broadsheet.theme"
    verbose_name = "Theme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.kit.slots import register_slot
        from broadsheet.theme import faces, looks, scripts
        from broadsheet.theme.views import guide_with

        register_slot("look.preview", guide_with)
        faces.register()
        looks.register()
        scripts.register()
