"""What a message looks like to those who read it: Alertmanager's consumers, Slack's, people."""

import email
import email.policy
import html.parser
import json
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

import pytest
from test_sending import ALERT, ID, PAYLOAD

from pgkit import notifications

NASTY = (
    "a & b <!channel> <https://evil.example|click> @everyone \"q\" 's' \x1b[31m\r\nBcc: x\u2028y"
)
SENDER = Address("pgkit", "alerts", "example.org")
WATCH = (Address("", "watch", "example.org"), Address("Ops, Team", "ops", "example.org"))
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def alert(**changed: Any) -> dict[str, Any]:
    return {**ALERT, **changed}


def payload(*alerts: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**PAYLOAD, "alerts": list(alerts), "alert_count": len(alerts), **changed}


def many(count: int, **changed: Any) -> dict[str, Any]:
    """A payload that H alerts fill as far as the database lets them."""
    alerts = [
        alert(
            alert_id=number,
            message="x" * 5000,
            labels={f"label{each}": "<&>" * 300 for each in range(20)},
            description="<" * 5000,
            runbook_url="https://example.org/" + "&" * 3000,
            resolution_note="&" * 5000,
        )
        for number in range(count)
    ]
    return payload(*alerts, **changed)


nasty = payload(
    alert(
        message=NASTY,
        labels={"model": NASTY, NASTY: NASTY},
        details={NASTY: NASTY, "nested": {"a": [1, NASTY]}},
        description=NASTY,
        runbook_url=NASTY,
        acknowledged_by=NASTY,
        acknowledgement_note=NASTY,
    ),
    receiver=NASTY,
    group_labels={"model": NASTY},
)
everything = pytest.mark.parametrize(
    "message",
    [
        PAYLOAD,
        payload(ALERT, alert(status="resolved", ends_at="2030-01-01T00:09:00+00:00")),
        payload(),
        many(100, alert_count=5000),
        nasty,
        payload(*nasty["alerts"] * 30, receiver=NASTY),
    ],
    ids=["one", "two", "none", "many", "nasty", "many nasty"],
)


@everything
@pytest.mark.parametrize("kind", ["webhook", "alertmanager", "slack"])
def test_a_body_is_json_in_utf8(kind: str, message: dict[str, Any]) -> None:
    body = notifications.make_body(kind, message)
    assert isinstance(json.loads(body.decode()), dict)
    assert notifications.make_body(kind, message) == body


def test_our_format_is_the_payload_as_it_is() -> None:
    assert json.loads(notifications.make_body("webhook", PAYLOAD)) == PAYLOAD


# Alertmanager: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


def assert_is_alertmanager(sent: dict[str, Any]) -> None:
    """Check what its documentation and the types of its source say of version 4."""
    texts = ("version", "groupKey", "status", "receiver", "externalURL")
    sets = ("groupLabels", "commonLabels", "commonAnnotations")
    assert set(sent) == {*texts, *sets, "truncatedAlerts", "alerts"}
    assert sent["version"] == "4"
    assert all(isinstance(sent[name], str) for name in texts)
    assert isinstance(sent["truncatedAlerts"], int) and sent["truncatedAlerts"] >= 0
    assert sent["status"] in ("firing", "resolved")
    for each in [sent, *sent["alerts"]]:
        for name in {*sets, "labels", "annotations"} & set(each):
            assert all(isinstance(value, str) for value in each[name].values()), name
            assert all(re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", key) for key in each[name]), name
    for each in sent["alerts"]:
        assert set(each) == {
            *("status", "labels", "annotations", "startsAt", "endsAt"),
            *("generatorURL", "fingerprint"),
        }
        assert each["status"] in ("firing", "resolved")
        assert "alertname" in each["labels"]
        assert re.fullmatch(TIME, each["startsAt"]) and re.fullmatch(TIME, each["endsAt"])
        assert re.fullmatch("[0-9a-f]{16}", each["fingerprint"])


@everything
def test_alertmanagers_format_is_as_its_documentation_says(message: dict[str, Any]) -> None:
    assert_is_alertmanager(notifications.to_alertmanager(message))


def test_an_alert_in_alertmanagers_format() -> None:
    sent = notifications.to_alertmanager(
        payload(
            alert(labels={**ALERT["labels"], "quality.likeness": 0.5, "threshold_id": 7, "no": ""}),
            alert(severity="warning", labels={**ALERT["labels"], "severity": "warning"}),
            alert_count=5,
        )
    )
    first, second = sent["alerts"]
    assert first["labels"] == {
        "alert_type": "threshold",
        "alertname": "threshold",
        "model": "acme/large",
        "quality_likeness": "0.5",
        "severity": "critical",
        "threshold_id": "7",
    }
    assert first["annotations"] == {"summary": "error_rate is 0.4, above 0.2", "alert_id": "7"}
    assert first["endsAt"] == "0001-01-01T00:00:00Z"
    assert sent["groupKey"] == '{receiver="ops"}:{alert_type="threshold"}'
    assert sent["truncatedAlerts"] == 3
    assert sent["commonLabels"] == {
        "alert_type": "threshold",
        "alertname": "threshold",
        "model": "acme/large",
    }
    assert sent["commonAnnotations"] == first["annotations"]
    assert second["labels"]["severity"] == "warning"


def test_the_fingerprint_is_that_of_prometheus_and_does_not_change_with_the_severity() -> None:
    # From the tests of prometheus/common: model.LabelSet{}.Fingerprint() is the offset of FNV-1a.
    assert notifications.get_fingerprint({}) == "cbf29ce484222325"
    critical = {"alertname": "threshold", "model": "a", "severity": "critical"}
    warning = {**critical, "severity": "warning"}
    other = {**critical, "model": "b"}
    assert notifications.get_fingerprint(critical) == notifications.get_fingerprint(warning)
    assert notifications.get_fingerprint(critical) != notifications.get_fingerprint(other)
    # Neither do values that run into each other.
    assert notifications.get_fingerprint({"a": "bc"}) != notifications.get_fingerprint({"ab": "c"})


def test_an_alert_that_is_over_in_alertmanagers_format() -> None:
    over = alert(
        status="resolved", ends_at="2030-01-01T00:09:00+00:00", resolution_note="rule is gone"
    )
    sent = notifications.to_alertmanager(payload(over, status="resolved"))
    assert sent["status"] == sent["alerts"][0]["status"] == "resolved"
    assert sent["alerts"][0]["endsAt"] == "2030-01-01T00:09:00+00:00"
    assert sent["alerts"][0]["annotations"]["resolution_note"] == "rule is gone"


# Slack: https://docs.slack.dev/reference/block-kit/blocks


def list_texts(sent: dict[str, Any]) -> list[str]:
    blocks = sent["blocks"]
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    contexts = [part["text"] for b in blocks if b["type"] == "context" for part in b["elements"]]
    return [*sections, *contexts]


@everything
def test_a_slack_message_keeps_to_the_limits(message: dict[str, Any]) -> None:
    sent = notifications.to_slack(message)
    assert set(sent) == {"text", "blocks"}
    # That of Discord; Slack's own is 40,000.
    assert 0 < len(sent["text"]) <= 2000
    assert 0 < len(sent["blocks"]) <= 50
    for block in sent["blocks"]:
        assert block["type"] in ("section", "context")
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3000
            assert block["text"]["type"] == "mrkdwn"
        else:
            assert 0 < len(block["elements"]) <= 10
            assert all(0 < len(part["text"]) <= 3000 for part in block["elements"])
    # Slack refuses more with msg_blocks_too_long, which its documentation does not name.
    assert len(json.dumps(sent["blocks"], ensure_ascii=False)) < 13000


@everything
def test_a_slack_message_has_no_markup_but_ours(message: dict[str, Any]) -> None:
    sent = notifications.to_slack(message)
    for text in [sent["text"], *list_texts(sent)]:
        without_links = re.sub(r"<https?://[^<>|\s]+\|Runbook>", "", text)
        assert "<" not in without_links and ">" not in without_links
        assert re.fullmatch(r"([^&]|&(amp|lt|gt);)*", text, re.S), text
        assert "@everyone" not in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u2028]", text)


def test_a_slack_message_of_one_alert() -> None:
    runbook = "https://example.org/r?a=1&b=<2>|x"
    sent = notifications.to_slack(payload(alert(runbook_url=runbook, description="Too many.")))
    link = "<https://example.org/r?a=1&amp;b=%3C2%3E%7Cx|Runbook>"
    assert sent["text"] == (
        "*Critical: error_rate is 0.4, above 0.2*\n"
        f"alert_type=threshold, model=acme/large, severity=critical\nToo many.\n{link}"
    )
    assert list_texts(sent) == [
        "*Critical: error_rate is 0.4, above 0.2*",
        f"alert_type=threshold, model=acme/large, severity=critical\nToo many.\n{link}",
        "pgkit, receiver ops",
    ]


def test_a_slack_message_of_many_alerts_has_the_worst_first_and_says_what_is_left_out() -> None:
    alerts = [
        alert(status="resolved", message="over"),
        alert(severity="warning", message="meh"),
        *[alert(message=f"bad {number}") for number in range(20)],
    ]
    sent = notifications.to_slack(payload(*alerts, alert_count=22))
    lines = sent["text"].split("\n")
    assert lines[0] == ("*22 alerts of alert_type=threshold: 20 critical, 1 warning, 1 resolved*")
    assert lines[1] == "• Critical: bad 0"
    assert lines[-2:] == ["• Warning: meh", "• Resolved: over"]
    assert list_texts(sent)[-1] == "and 12 more; pgkit, receiver ops"
    long = notifications.to_slack(many(30, alert_count=50))["text"].split("\n")
    assert re.fullmatch(r"and \d+ more", long[-1])
    assert int(long[-1].split()[1]) == 50 - (len(long) - 2)


@pytest.mark.parametrize("limit", range(1, 30))
def test_a_cut_leaves_no_half_entity(limit: int) -> None:
    cut = notifications.to_mrkdwn("a<b>&&&<<<>>>c" * 3, limit)
    assert len(cut) <= limit
    assert re.fullmatch(r"([^&]|&(amp|lt|gt);)*", cut)


# E-mail


def make_mail(message: dict[str, Any]) -> Any:
    """Return an e-mail as its reader parses it."""
    sent = notifications.to_email(message, SENDER, WATCH, NOW).as_bytes()
    assert all(len(line) <= 998 for line in sent.split(b"\r\n"))
    assert sent.isascii()
    return email.message_from_bytes(sent, policy=email.policy.default)


class Parser(html.parser.HTMLParser):
    """Notes the tags of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attributes if name == "href"]


@everything
def test_an_email_has_one_line_of_subject_and_no_header_or_tag_but_ours(
    message: dict[str, Any],
) -> None:
    mail = make_mail(message)
    assert sorted(mail.keys()) == sorted(
        [
            *("Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "References"),
            *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Pgkit-Delivery"),
            *("MIME-Version", "Content-Type"),
        ]
    )
    assert 0 < len(mail["Subject"]) <= 200
    assert not re.search(r"[\x00-\x1f\x7f\u2028]", mail["Subject"])
    assert mail["To"] == 'watch@example.org, "Ops, Team" <ops@example.org>'
    parser = Parser()
    parser.feed(mail.get_body(["html"]).get_content())
    assert parser.tags <= {"html", "body", "p", "b", "table", "tr", "td", "a"}
    assert all(link and link.startswith("https://example.org/") for link in parser.links)


def test_an_email_says_what_there_is_to_know() -> None:
    mail = make_mail(payload(alert(runbook_url="https://example.org/r", acknowledged_by="ada")))
    assert mail["Subject"] == "Critical: error_rate is 0.4, above 0.2"
    assert mail["From"] == "pgkit <alerts@example.org>"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_body(["plain"]).get_content().replace("\r\n", "\n") == (
        "Critical: error_rate is 0.4, above 0.2\n\n"
        "  since: 2030-01-01T00:00:00+00:00\n"
        "  alert_type: threshold\n"
        "  severity: critical\n"
        "  model: acme/large\n"
        "  value: 0.4\n"
        "  acknowledged by: ada\n"
        "  runbook: https://example.org/r\n\n"
        "-- \npgkit, receiver ops\n"
    )
    page = mail.get_body(["html"]).get_content()
    assert '<a href="https://example.org/r">https://example.org/r</a>' in page
    assert "<td>acme/large</td>" in page


def test_emails_of_a_group_are_one_thread_and_an_attempt_has_the_same_id() -> None:
    first, again = make_mail(PAYLOAD), make_mail(PAYLOAD)
    other = "7d9f1c5e-1111-4222-8333-444455556667"
    later = make_mail(payload(ALERT, delivery_id=other))
    elsewhere = make_mail(payload(ALERT, delivery_id=other, group_labels={"alert_type": "anomaly"}))
    assert first["Message-ID"] == again["Message-ID"] == f"<{ID}@example.org>"
    assert later["Message-ID"] == f"<{other}@example.org>"
    assert first["References"] == first["In-Reply-To"] == later["References"]
    assert elsewhere["References"] != first["References"]


# Words


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "Critical: it"),
        ({"events": [], "is_repeat": True}, "Still critical: it"),
        ({"events": ["escalated"]}, "Now critical: it"),
        ({"events": ["eased"], "severity": "warning"}, "Only warning now: it"),
        ({"events": ["acknowledged"], "acknowledged_by": "ada"}, "Acknowledged by ada: it"),
        ({"events": ["opened", "resolved"], "status": "resolved"}, "Resolved: it"),
        ({"events": ["opened", "escalated"]}, "Critical: it"),
    ],
)
def test_a_title_says_what_happened(changed: dict[str, Any], title: str) -> None:
    assert notifications.make_title(payload(alert(message="it", **changed))) == title


def test_a_test_says_so() -> None:
    sent = payload(alert(message="Nothing is wrong."), is_test=True)
    assert notifications.make_title(sent) == "Test: Nothing is wrong."
    assert notifications.make_title(payload(is_test=True)) == "Test: receiver ops"
