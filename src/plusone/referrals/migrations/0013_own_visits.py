from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_networks")]

    operations = [
        migrations.AddField("visit", "is_own", models.BooleanField(default=False)),
    ]
