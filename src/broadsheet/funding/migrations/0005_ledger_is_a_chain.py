import datetime as dt

from django.db import migrations, models

from broadsheet.funding.rules.chaining import FIRST, Entry, Fact, chain_hash


def chain(apps, _schema_editor):
    """Chain what was booked before, in the order in which it was; funding's triggers are lifted here."""
    transactions = apps.get_model("funding", "LedgerTransaction").objects
    number, previous = 0, FIRST
    rows = transactions.select_related("account", "donation").order_by("booked_at", "id")
    for row in rows.prefetch_related("entries").iterator(500):
        number += 1
        fact = Fact(
            number, str(row.pk), row.kind, row.account.slug, row.processor_ref,
            row.donation.reference if row.donation else "",
            row.occurred_at.astimezone(dt.UTC).isoformat(),
        )
        entries = (
            Entry(each.account, each.minor, each.currency, each.campaign_id or 0)
            for each in row.entries.all()
        )
        previous = chain_hash(previous, fact, entries)
        transactions.filter(pk=row.pk).update(number=number, hash=previous)
    apps.get_model("funding", "LedgerHead").objects.create(pk=1, number=number, hash=previous)


class Migration(migrations.Migration):

    dependencies = [
        ("funding", "0004_payouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(default=FIRST, max_length=64)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="funding_ledger_head_is_one")],
            },
        ),
        migrations.CreateModel(
            name="LedgerPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
                ("begins", models.PositiveBigIntegerField()),
                ("ends", models.PositiveBigIntegerField(unique=True)),
                ("hash", models.CharField(max_length=64)),
                ("sums", models.JSONField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={"ordering": ("-ends",)},
        ),
        migrations.AddField(
            model_name="ledgertransaction",
            name="number",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="ledgertransaction",
            name="hash",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="ledgertransaction",
            name="number",
            field=models.PositiveBigIntegerField(),
        ),
        migrations.AlterField(
            model_name="ledgertransaction",
            name="hash",
            field=models.CharField(max_length=64),
        ),
        migrations.AddConstraint(
            model_name="ledgertransaction",
            constraint=models.UniqueConstraint(fields=("number",), name="funding_ledger_number_once"),
        ),
    ]
