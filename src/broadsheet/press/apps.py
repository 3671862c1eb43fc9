"""Django's registration of the press: what it listens to and the documents that are its own."""

from django.apps import AppConfig


class PressConfig(AppConfig):
    name = "broadsheet.press"
    verbose_name = "Press"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.kit.public import register_kind
        from broadsheet.press import handlers, tracking
        from broadsheet.press.renderers import ForwardingKind

        register_kind(ForwardingKind())
        tracking.start()
        handlers.listen()
