"""Django's registration of funding: its public pages, its subscribers, the triggers of its ledger."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class FundingConfig(AppConfig):
    name = "broadsheet.funding"
    verbose_name = "Funding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.funding import handlers
        from broadsheet.funding.actions.roles import make_roles
        from broadsheet.funding.models import triggers
        from broadsheet.funding.views import kinds

        pre_migrate.connect(
            triggers.on_migrating, sender=self, dispatch_uid="funding-ledger-triggers"
        )
        post_migrate.connect(
            triggers.on_migrated, sender=self, dispatch_uid="funding-ledger-triggers"
        )
        post_migrate.connect(make_roles, sender=self, dispatch_uid="funding-roles")
        kinds.register()
        handlers.register()
