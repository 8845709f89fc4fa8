from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0010_imported")]

    operations = [
        migrations.AddField("client", "typed_code", models.CharField(blank=True, max_length=40)),
    ]
