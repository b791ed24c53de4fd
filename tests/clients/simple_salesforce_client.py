"""simple-salesforce, unchanged, against a CRM: logs in by each of its ways and uses what our flows use.

    python simple_salesforce_client.py --url http://127.0.0.1:4571 --username … --password … --client-id … --client-secret …

Prints a line for each check; ends with status 1 where one failed.
"""

import argparse
import sys
import traceback
import uuid
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

VERSION = "68.0"
RUN = uuid.uuid4().hex[:10]


class ToStandIn(HTTPAdapter):
    """The client knows https and Salesforce's own hosts only; the stand-in is one plain http address."""

    def __init__(self, url):
        super().__init__()
        self.address = urlsplit(url)

    def send(self, request, **kwargs):
        asked = urlsplit(request.url)
        request.url = urlunsplit((self.address.scheme, self.address.netloc, asked.path, asked.query, ""))
        return super().send(request, **kwargs)


def session(url):
    opened = requests.Session()
    opened.mount("https://", ToStandIn(url))
    return opened


def raises(error, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError(f"{error.__name__} was expected")


def equal(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def lead(**fields):
    return {"LastName": f"Roth {RUN}", "Company": "Alder Works", "LeadSource": "Web", **fields}


# Logging in


def logs_in_by_soap(settings, _):
    crm = Salesforce(username=settings.username, password=settings.password, security_token="", session=session(settings.url), version=VERSION)
    assert crm.query("SELECT Id FROM Organization")["totalSize"] == 1


def logs_in_with_the_version_it_brings(settings, _):
    crm = Salesforce(username=settings.username, password=settings.password, security_token="", session=session(settings.url))
    equal(crm.query("SELECT Id FROM Organization")["totalSize"], 1)


def logs_in_by_the_password_flow(settings, _):
    crm = Salesforce(username=settings.username, password=settings.password, consumer_key=settings.client_id,
                     consumer_secret=settings.client_secret, session=session(settings.url), version=VERSION)
    equal(crm.query("SELECT Id FROM Organization")["totalSize"], 1)


def logs_in_by_client_credentials(settings, _):
    crm = Salesforce(consumer_key=settings.client_id, consumer_secret=settings.client_secret, domain="northfield.my",
                     session=session(settings.url), version=VERSION)
    equal(crm.query("SELECT Id FROM Organization")["totalSize"], 1)


def wrong_password_is_an_authentication_failure(settings, _):
    error = raises(SalesforceAuthenticationFailed, lambda: Salesforce(
        username=settings.username, password="wrong", security_token="", session=session(settings.url), version=VERSION))
    equal(error.code, "INVALID_LOGIN")


def wrong_client_secret_is_an_authentication_failure(settings, _):
    error = raises(SalesforceAuthenticationFailed, lambda: Salesforce(
        consumer_key=settings.client_id, consumer_secret="wrong", domain="northfield.my", session=session(settings.url), version=VERSION))
    assert error.code in ("invalid_client", "invalid_client_credentials"), error.code


def unknown_token_is_an_expired_session(settings, _):
    crm = Salesforce(session_id="00Dxx!unknown", instance_url=settings.url, session=session(settings.url), version=VERSION)
    error = raises(SalesforceExpiredSession, lambda: crm.query("SELECT Id FROM Lead"))
    equal(error.content[0]["errorCode"], "INVALID_SESSION_ID")


# Records


def creates_reads_updates_and_deletes(_, crm):
    made = crm.Lead.create(lead(FirstName="Ada", Email=f"ada.{RUN}@alder.example", NumberOfEmployees=120))
    equal((made["success"], made["errors"], made["id"][:3], len(made["id"])), (True, [], "00Q", 18))
    equal(crm.Lead.update(made["id"], {"Title": "Head of Sales", "FirstName": None}), 204)
    read = crm.Lead.get(made["id"])
    equal((read["Title"], read["FirstName"], read["Name"], read["NumberOfEmployees"], read["IsConverted"]),
          ("Head of Sales", None, f"Roth {RUN}", 120, False))
    equal(crm.Lead.get(made["id"][:15])["Id"], made["id"])
    equal(crm.Lead.delete(made["id"]), 204)
    error = raises(SalesforceResourceNotFound, lambda: crm.Lead.get(made["id"]))
    assert error.content[0]["errorCode"] in ("NOT_FOUND", "ENTITY_IS_DELETED"), error.content


def keeps_text_as_it_is(_, crm):
    text = "Zoë O'Hara <img src=x onerror=alert(1)> \"100 %\" \\ 株式会社 😀"
    made = crm.Lead.create(lead(Company=text))
    equal(crm.Lead.get(made["id"])["Company"], text)
    crm.Lead.delete(made["id"])


def upserts_by_external_id(_, crm):
    key = f"engage/{RUN}/ab/c?d#e"
    fields = {"Subject": "First", "Status": "Not Started", "Priority": "Normal"}
    path = "RevLoops_Key__c/" + requests.utils.quote(key, safe="")
    equal(crm.Task.upsert(path, fields), 201)
    equal(crm.Task.upsert(path, {"Subject": "Second"}), 200)
    found = crm.query(f"SELECT Id, Subject FROM Task WHERE RevLoops_Key__c = '{key}'")["records"]
    equal([task["Subject"] for task in found], ["Second"])
    equal(crm.Task.get_by_custom_id("RevLoops_Key__c", key)["Id"], found[0]["Id"])
    error = raises(SalesforceMalformedRequest, lambda: crm.Task.create({**fields, "RevLoops_Key__c": key}))
    equal(error.content[0]["errorCode"], "DUPLICATE_VALUE")


# Queries


def queries_page_after_page_with_the_owner(_, crm):
    company = f"Paged {RUN}"
    records = [{"attributes": {"type": "Lead"}, **lead(LastName=f"P{number:04}", Company=company)} for number in range(420)]
    for begin in range(0, len(records), 200):
        made = crm.restful("composite/sobjects", method="POST", json={"allOrNone": True, "records": records[begin:begin + 200]})
        assert all(result["success"] for result in made), made
    soql = f"SELECT Id, LastName, Owner.Name, CreatedBy.Username FROM Lead WHERE Company = '{company}' ORDER BY LastName"
    page = crm.query(soql, headers={"Sforce-Query-Options": "batchSize=200"})
    equal((page["totalSize"], page["done"], len(page["records"])), (420, False, 200))
    names = [record["LastName"] for record in page["records"]]
    while not page["done"]:
        page = crm.query_more(page["nextRecordsUrl"], identifier_is_url=True)
        names += [record["LastName"] for record in page["records"]]
    equal(names, [f"P{number:04}" for number in range(420)])
    everything = crm.query_all(soql)
    equal((everything["totalSize"], len(everything["records"])), (420, 420))
    assert everything["records"][0]["Owner"]["Name"], "the owner has a name"
    equal(sum(1 for _ in crm.query_all_iter(soql)), 420)
    equal(crm.query(f"SELECT COUNT() FROM Lead WHERE Company = '{company}'")["totalSize"], 420)


def deletes_many(_, crm):
    company = f"Paged {RUN}"
    ids = [record["Id"] for record in crm.query_all(f"SELECT Id FROM Lead WHERE Company = '{company}'")["records"]]
    equal(len(ids), 420)
    for begin in range(0, len(ids), 200):
        gone = crm.restful("composite/sobjects", method="DELETE", params={"ids": ",".join(ids[begin:begin + 200])})
        assert all(result["success"] for result in gone), gone
    equal(crm.query(f"SELECT Id FROM Lead WHERE Company = '{company}'")["totalSize"], 0)
    equal(crm.query_all(f"SELECT Id FROM Lead WHERE Company = '{company}' AND IsDeleted = true", include_deleted=True)["totalSize"], 420)


def updates_many_and_says_which_failed(_, crm):
    made = [crm.Lead.create(lead(FirstName=name))["id"] for name in ("One", "Two")]
    results = crm.restful("composite/sobjects", method="PATCH", json={"allOrNone": False, "records": [
        {"attributes": {"type": "Lead"}, "id": made[0], "Title": "CTO"},
        {"attributes": {"type": "Lead"}, "id": made[1], "Email": "no mail address"},
        {"attributes": {"type": "Lead"}, "id": "00Q000000000000AAA", "Title": "CTO"},
    ]})
    equal([result["success"] for result in results], [True, False, False])
    equal((results[1]["errors"][0]["statusCode"], results[1]["errors"][0]["fields"]), ("INVALID_EMAIL_ADDRESS", ["Email"]))
    equal(crm.Lead.get(made[0])["Title"], "CTO")
    for each in made:
        crm.Lead.delete(each)


# Territories


def builds_a_territory_model_and_takes_it_down(_, crm):
    kind = crm.query("SELECT Id FROM Territory2Type WHERE DeveloperName = 'Geography'")["records"][0]["Id"]
    model = crm.Territory2Model.create({"Name": f"Plan {RUN}", "DeveloperName": f"Plan_{RUN}"})["id"]
    equal(crm.Territory2Model.get(model)["State"], "Planning")
    territory = {"Territory2ModelId": model, "Territory2TypeId": kind}
    top = crm.Territory2.create({**territory, "Name": "EMEA", "DeveloperName": "EMEA"})["id"]
    low = crm.Territory2.create({**territory, "Name": "DACH", "DeveloperName": "DACH", "ParentTerritory2Id": top})["id"]
    equal(crm.Territory2.update(low, {"Name": "DACH and Benelux", "RevLoops_Id__c": "dach"}), 204)
    user = crm.query("SELECT Id FROM User WHERE IsActive = true LIMIT 1")["records"][0]["Id"]
    role = crm.UserTerritory2Association.create({"Territory2Id": low, "UserId": user, "RoleInTerritory2": "Owner"})["id"]
    error = raises(SalesforceMalformedRequest, lambda: crm.UserTerritory2Association.update(role, {"RoleInTerritory2": "Sales Rep"}))
    equal(error.content[0]["errorCode"], "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    accounts = [crm.Account.create({"Name": f"{name} {RUN}"})["id"] for name in ("Northwind", "Southwind")]
    made = crm.restful("composite/sobjects", method="POST", json={"allOrNone": True, "records": [
        {"attributes": {"type": "ObjectTerritory2Association"}, "Territory2Id": low, "ObjectId": account, "AssociationCause": "Territory2Manual"}
        for account in accounts
    ]})
    assert all(result["success"] for result in made), made
    placed = crm.query_all("SELECT Object.Name, SobjectType, Territory2.ParentTerritory2.DeveloperName FROM ObjectTerritory2Association "
                           f"WHERE Territory2.Territory2ModelId = '{model}' ORDER BY Id")["records"]
    equal([(row["Object"]["Name"], row["SobjectType"], row["Territory2"]["ParentTerritory2"]["DeveloperName"]) for row in placed],
          [(f"Northwind {RUN}", "Account", "EMEA"), (f"Southwind {RUN}", "Account", "EMEA")])
    error = raises(SalesforceMalformedRequest, lambda: crm.Territory2.delete(top))
    equal(error.content[0]["errorCode"], "DELETE_FAILED")
    gone = crm.restful("composite/sobjects", method="DELETE", params={"ids": ",".join(result["id"] for result in made)})
    assert all(result["success"] for result in gone), gone
    equal((crm.UserTerritory2Association.delete(role), crm.Territory2.delete(low)), (204, 204))
    equal(crm.Territory2Model.delete(model), 204)
    equal(crm.query(f"SELECT COUNT() FROM Territory2 WHERE Territory2ModelId = '{model}'")["totalSize"], 0)


# What the organisation is


def describes(_, crm):
    names = {entry["name"] for entry in crm.describe()["sobjects"]}
    assert {"Lead", "Task", "User", "Group", "Account", "Contact", "Opportunity", "LeadHistory"} <= names, names
    fields = {field["name"]: field for field in crm.Lead.describe()["fields"]}
    equal((fields["RevLoops_Score__c"]["type"], fields["RevLoops_Score__c"]["custom"]), ("double", True))
    equal(fields["OwnerId"]["referenceTo"], ["Group", "User"])
    equal(fields["LastName"]["nillable"], False)
    assert "Open - Not Contacted" in [value["value"] for value in fields["Status"]["picklistValues"]]
    equal(crm.Lead.metadata()["objectDescribe"]["keyPrefix"], "00Q")


def tells_its_limits(_, crm):
    daily = crm.limits()["DailyApiRequests"]
    assert 0 <= daily["Remaining"] <= daily["Max"], daily
    assert crm.api_usage["api-usage"].total > 0, crm.api_usage


# Errors


def refusals_are_the_clients_own_errors(_, crm):
    def refused(call, error_code, fields=None):
        error = raises(SalesforceMalformedRequest, call)
        equal(error.content[0]["errorCode"], error_code)
        if fields is not None:
            equal(error.content[0]["fields"], fields)

    refused(lambda: crm.Lead.create({"FirstName": "Nobody"}), "REQUIRED_FIELD_MISSING", ["LastName", "Company"])
    refused(lambda: crm.Lead.create(lead(Colour="red")), "INVALID_FIELD")
    refused(lambda: crm.Lead.create(lead(FirstName="x" * 41)), "STRING_TOO_LONG", ["FirstName"])
    refused(lambda: crm.query("SELECT Id FROM Lead WHERE"), "MALFORMED_QUERY")
    refused(lambda: crm.query("SELECT Colour FROM Lead"), "INVALID_FIELD")
    refused(lambda: crm.query("SELECT Id FROM Colour"), "INVALID_TYPE")
    error = raises(SalesforceResourceNotFound, lambda: crm.Colour.get("00Q000000000000AAA"))
    equal(error.content[0]["errorCode"], "NOT_FOUND")


CHECKS = [
    logs_in_by_soap, logs_in_with_the_version_it_brings, logs_in_by_the_password_flow, logs_in_by_client_credentials,
    wrong_password_is_an_authentication_failure, wrong_client_secret_is_an_authentication_failure, unknown_token_is_an_expired_session,
    creates_reads_updates_and_deletes, keeps_text_as_it_is, upserts_by_external_id,
    queries_page_after_page_with_the_owner, deletes_many, updates_many_and_says_which_failed,
    builds_a_territory_model_and_takes_it_down, describes, tells_its_limits, refusals_are_the_clients_own_errors,
]


def main():
    options = argparse.ArgumentParser()
    for name in ("url", "username", "password", "client-id", "client-secret"):
        options.add_argument(f"--{name}", required=True)
    settings = options.parse_args()
    crm = Salesforce(username=settings.username, password=settings.password, security_token="", session=session(settings.url), version=VERSION)
    failed = 0
    for check in CHECKS:
        try:
            check(settings, crm)
            print(f"ok     {check.__name__}")
        except Exception:  # every check is run, whatever the one before it met
            failed += 1
            print(f"FAILED {check.__name__}\n{traceback.format_exc()}")
    print(f"{len(CHECKS) - failed} of {len(CHECKS)} held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
