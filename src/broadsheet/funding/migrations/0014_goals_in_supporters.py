from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0013_guarding'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='goal_supporters',
            field=models.IntegerField(default=0, verbose_name='goal in supporters'),
        ),
        migrations.RemoveConstraint(
            model_name='campaign',
            name='funding_campaign_goal_positive',
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(('goal_minor__gt', 0), ('goal_supporters', 0)), models.Q(('goal_minor', 0), ('goal_supporters__gt', 0)), _connector='OR'),
                name='funding_campaign_goal_positive',
            ),
        ),
    ]
