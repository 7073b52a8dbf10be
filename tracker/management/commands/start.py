"""`manage.py start`: the first organisation and administrator of an empty database; everything else is made in the browser."""

import getpass
import os
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from people.appointing import appoint_first
from people.forms import OrganisationForm
from people.models import Organisation
from people.organisations import add_organisation

QUESTIONS = {
    "kind": f"Kind of organisation: {', '.join(Organisation.Kind.values)} (a region that leads municipalities is regional)",
    "short_name": "Short name, as people say it (Tjörn)",
    "official_name": "Official name, as on papers (Tjörns kommun)",
    "municipality_code": "Municipality code, four digits (only of a municipality)",
    "given_name": "Your given name",
    "family_name": "Your family name",
    "email": "Your e-mail address",
}


class Command(BaseCommand):
    help = "Make the first organisation and its administrator in an empty database. What is not given is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, question in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=question)
        parser.add_argument("--password", help="Better left out: then it is asked for, or taken from START_PASSWORD")

    def handle(self, *args: Any, **options: Any) -> None:
        if Organisation.objects.exists():
            raise CommandError(
                "There is an organisation already. Sign in as its administrator and go on in the browser."
            )
        given = self._answers(options)
        password = options["password"] or os.environ.get("START_PASSWORD") or self._ask_password()
        self._check(given, password)
        with transaction.atomic():
            organisation = add_organisation(
                kind=given["kind"],
                short_name=given["short_name"],
                official_name=given["official_name"],
                municipality_code=given["municipality_code"],
                by=None,
            )
            appoint_first(
                organisation=organisation,
                given_name=given["given_name"],
                family_name=given["family_name"],
                email=given["email"],
                password=password,
                starts_on=timezone.localdate(),
            )
        self.stdout.write(
            f"{organisation} is there. Sign in at {settings.BASE_URL}{reverse('account_login')} as {given['email']}.\n"
            "The page after it asks for a second step (an app on your phone, or a passkey), and then lists what to set up."
        )

    def _answers(self, options: dict[str, Any]) -> dict[str, str]:
        """An answer to each question in its order; only a municipality is asked for its code."""
        given: dict[str, str] = {}
        for name in QUESTIONS:
            is_needless = name == "municipality_code" and given["kind"] != Organisation.Kind.MUNICIPALITY
            given[name] = (options[name] or "") if is_needless else self._answer(name, options[name])
            if name == "kind" and given[name] not in Organisation.Kind.values:
                raise CommandError(f"{given[name]} is no kind. Choose one of {', '.join(Organisation.Kind.values)}.")
        return given

    def _answer(self, name: str, option: str | None) -> str:
        if option is not None:
            return option.strip()
        try:
            return input(f"{QUESTIONS[name]}: ").strip()
        except EOFError:
            raise CommandError(f"--{name.replace('_', '-')} is missing: {QUESTIONS[name]}.") from None

    def _ask_password(self) -> str:
        password = getpass.getpass("Choose a password of at least 12 characters: ")
        while getpass.getpass("The same password once more: ") != password:
            self.stderr.write("The two were not the same. Write both again.")
            password = getpass.getpass("Choose a password of at least 12 characters: ")
        return password

    def _check(self, given: dict[str, str], password: str) -> None:
        """Raise CommandError with every fault as a sentence, before anything is written."""
        form = OrganisationForm({**given, "colour": "#14594f"})
        faults = [f"{field}: {' '.join(map(str, errors))}" for field, errors in form.errors.items()]
        if not given["given_name"]:
            faults.append("given name: write one.")
        for check, value, label in (
            (validate_email, given["email"], "e-mail"),
            (validate_password, password, "password"),
        ):
            try:
                check(value)
            except ValidationError as fault:
                faults.append(f"{label}: {' '.join(fault.messages)}")
        if faults:
            raise CommandError("\n".join(faults))
