from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0017_campaigns_know_the_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='pledge',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held'),
        ),
    ]
