from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_news")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["id"], name="messaging_failed"),
        ),
    ]
