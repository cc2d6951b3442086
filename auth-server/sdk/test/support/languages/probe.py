"""Reads calls from its input, a line each, and says who the page's code takes them for."""
import base64
import sys

from identity import IdentityError, read_claim, read_identity

for line in sys.stdin.read().removesuffix("\n").split("\n"):
    pairs = [pair.split(":") for pair in line.split()]
    try:
        headers = [(base64.b64decode(name), base64.b64decode(value)) for name, value in pairs]
        caller = read_identity(headers)
        club = base64.b64encode(",".join(read_claim(headers, "X-Authenticated-Club")).encode()).decode()
        attested = str(caller.is_attested).lower()
        parts = [caller.kind, caller.user_id, attested, caller.client_id, caller.application_id]
        print("|".join(part or "" for part in [*parts, " ".join(caller.scopes), caller.issuer, club]))
    except IdentityError as error:
        print(error.code)
