from typing import Any

from django.db import migrations, models


def note_covers(apps: Any, _schema_editor: Any) -> None:
    """Say of gifts that were made before that they cover fees where they do."""
    donations = apps.get_model("funding", "Donation").objects
    donations.filter(cover_minor__gt=0).update(covers_fees=True)


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0001_gifts_and_ledger'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='donation',
            name='covers_fees',
            field=models.BooleanField(default=False, verbose_name='covers fees'),
        ),
        migrations.RunPython(note_covers, migrations.RunPython.noop),
    ]
