"""Lets an app in as a person would, and follows the way back to the app: log_in.py URL USERNAME PASSWORD."""

import sys
from urllib.parse import urljoin

import requests

from person import log_in

url, username, password = sys.argv[1:]
back = log_in(url, username, password)
answer = requests.get(urljoin(url, back), timeout=30)
answer.raise_for_status()
