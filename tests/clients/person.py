"""A person in front of a browser without a screen: reads the pages' forms, keeps cookies, allows, and logs in at the CRM."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class Form(HTMLParser):
    """The first form of a page: where it goes, and what it sends by itself."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.inside = None, {}, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action, self.inside = attributes.get("action", ""), True
        elif tag == "input" and self.inside and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


def log_in(url, username, password):
    """Lets the app in; gives the address that the app's own listener would have got."""
    site = urljoin(url, "/")
    browser = requests.Session()
    answer = browser.get(url, allow_redirects=False)
    for _ in range(12):
        if answer.is_redirect:
            to = urljoin(answer.url, answer.headers["location"])
            # Nobody but the app listens on the way back: it is recognised by what it brings.
            if "code=" in to and not to.startswith(site):
                return to
            answer = browser.get(to, allow_redirects=False)
            continue
        if answer.status_code != 200:
            raise SystemExit(f"{answer.url} answered {answer.status_code}: {answer.text[:2000]}")
        form = Form(answer.text)
        if form.action is None:
            raise SystemExit(f"{answer.url} has no form: {answer.text[:2000]}")
        fields = dict(form.fields)
        if "password" in fields:
            fields |= {"username": username, "password": password}
        else:
            fields["answer"] = "allow"
        answer = browser.post(urljoin(answer.url, form.action), data=fields, allow_redirects=False)
    raise SystemExit("the login leads in circles")
