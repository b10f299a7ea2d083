"""The tags of a page, for tests that read what a browser would."""

from html.parser import HTMLParser


class Tags(HTMLParser):
    """found: (tag, its attributes) of each tag of a page, in order."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
