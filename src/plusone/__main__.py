"""`plusone …` and `python -m plusone …`."""

import os


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plusone.settings")
    from plusone.faces.cli.app import main as command_line  # after the settings module is named

    command_line()


if __name__ == "__main__":
    main()
