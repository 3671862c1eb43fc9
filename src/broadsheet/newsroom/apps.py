"""Django's registration of the newsroom, and what of it is public."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    name = "broadsheet.newsroom"
    verbose_name = "Newsroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.kit.slots import register_slot
        from broadsheet.kit.wishes import register_maker
        from broadsheet.newsroom import handlers
        from broadsheet.newsroom.actions.pictures import make_smaller
        from broadsheet.newsroom.actions.share_cards import make_share_card
        from broadsheet.newsroom.models import fulltext, newest
        from broadsheet.newsroom.renderers import chrome, kinds, pages, sharing, trying
        from broadsheet.theme.pictures import AVIF

        post_migrate.connect(fulltext.on_migrated, sender=self, dispatch_uid="newsroom-search")
        post_migrate.connect(newest.on_migrated, sender=self, dispatch_uid="newsroom-newest")
        kinds.register()
        chrome.register()
        handlers.listen()
        register_maker(AVIF, make_smaller)
        register_maker(sharing.CARD, make_share_card)
        register_slot("page.preview", pages.preview)
        register_slot("look.preview", trying.front_with)
