"""Calls the routes of the page's code, as FastAPI answers them."""
from fastapi.testclient import TestClient
from main import app

APP = {"x-consumer-username": "a", "x-credential-identifier": "a"}
ALICE = {"x-authenticated-userid": "u", "x-authenticated-kind": "account", "x-authenticated-scope": "orders:read", **APP}
client = TestClient(app)
answers = [
    client.get("/orders", headers=ALICE),
    client.get("/orders", headers={**ALICE, "x-authenticated-scope": "other"}),
    client.get("/orders", headers=[*ALICE.items(), ("x-authenticated-userid", "v")]),
    client.get("/orders", headers={"x-authenticated-kind": "application", **APP}),
    client.get("/orders"),
]
assert answers[0].json() == {"orders_of": "u"}
assert answers[1].headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="orders:read"'
print(*(answer.status_code for answer in answers))
