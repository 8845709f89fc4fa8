from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0007_second_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_handed",
            field=models.BooleanField(default=False),
        ),
    ]
