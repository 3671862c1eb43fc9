from django.db import migrations, models
from django.db.models import F, Q

SOMEBODY = Q(dedication="", dedicated_to="") | (~Q(dedication="") & ~Q(dedicated_to=""))


def take_language(apps, _schema_editor):
    """Receipts of older gifts were written in the gift's language."""
    apps.get_model("funding", "Donation").objects.update(receipt_language=F("language"))


class Migration(migrations.Migration):

    dependencies = [
        ("funding", "0005_ledger_is_a_chain"),
    ]

    operations = [
        migrations.AddField(
            model_name="donation",
            name="name",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="name for the receipt"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="donation",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="organisation"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="donation",
            name="dedication",
            field=models.CharField(
                blank=True,
                choices=[("", "Nobody’s"), ("honour", "In honour of"), ("memory", "In memory of")],
                default="",
                max_length=10,
                verbose_name="dedication",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="donation",
            name="dedicated_to",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="dedicated to"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="donation",
            name="receipt_language",
            field=models.CharField(default="", max_length=20, verbose_name="language of the receipt"),
            preserve_default=False,
        ),
        migrations.RunPython(take_language, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="donation",
            constraint=models.CheckConstraint(
                condition=SOMEBODY, name="funding_donation_dedication_is_to_somebody"
            ),
        ),
    ]
