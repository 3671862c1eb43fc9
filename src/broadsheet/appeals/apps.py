"""Django's registration of the appeals, and the places they fill."""

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "broadsheet.appeals"
    verbose_name = "Appeals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.appeals.renderers import article_end, front_strip
        from broadsheet.kit.slots import register_slot

        register_slot("article.end", article_end)
        register_slot("front.strip", front_strip)
