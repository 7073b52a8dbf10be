#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    from django.core.management import execute_from_command_line  # after the settings name is set

    from people.scoping import enter, scope_of_command

    enter(scope_of_command(sys.argv[1:]))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
