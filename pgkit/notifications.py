"""Turn the payload of a delivery into what a receiver reads: JSON of several kinds, or an e-mail.

Pure functions. The payload is that of perf.claim_alert_deliveries. What comes from outside, for
example the name of a model in a label, is escaped and cut here.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from pgkit import __version__

Payload = Mapping[str, Any]
Alert = Mapping[str, Any]

SEVERITIES = ("info", "warning", "critical")
# What Alertmanager sends for an alert that is not over.
NEVER = "0001-01-01T00:00:00Z"
# Discord takes no longer text. Slack takes longer ones, and 3,000 characters in a section, but in
# all blocks together not more than about 13,000 (msg_blocks_too_long).
LONGEST_TEXT = 2000
LONGEST_SECTION = 1000
MOST_ALERTS_IN_BLOCKS = 10
MOST_ALERTS_IN_MAIL = 100
LONGEST_SUBJECT = 200
# In 7 bits, so that every mail server takes it.
MAIL = SMTP.clone(cte_type="7bit")


def make_headers(delivery_id: str, attempt: int) -> dict[str, str]:
    """Return the headers of a webhook: every attempt of a message has the same key."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"pgkit/{__version__}",
        "Idempotency-Key": delivery_id,
        "X-Pgkit-Delivery": delivery_id,
        "X-Pgkit-Attempt": str(attempt),
    }


def make_body(kind: str, payload: Payload) -> bytes:
    """Return the body of a webhook of this kind, JSON in UTF-8."""
    if kind == "alertmanager":
        payload = to_alertmanager(payload)
    elif kind == "slack":
        payload = to_slack(payload)
    return json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()


# Alertmanager


def to_alertmanager(payload: Payload) -> dict[str, Any]:
    """Return what Alertmanager sends to a webhook, version 4.

    Label names are those that Prometheus allows. `alertname` is the type of the alert. The
    fingerprint leaves the severity out, so that it stays the same while an alert rises and falls.
    """
    alerts = [to_alertmanager_alert(alert) for alert in payload["alerts"]]
    group_labels = to_label_set(payload["group_labels"])
    group = ", ".join(f"{name}={json.dumps(value)}" for name, value in group_labels.items())
    return {
        "version": "4",
        "groupKey": f"{{receiver={json.dumps(payload['receiver'])}}}:{{{group}}}",
        "truncatedAlerts": max(0, payload.get("alert_count", 0) - len(alerts)),
        "status": payload["status"],
        "receiver": payload["receiver"],
        "groupLabels": group_labels,
        "commonLabels": find_common(alert["labels"] for alert in alerts),
        "commonAnnotations": find_common(alert["annotations"] for alert in alerts),
        "externalURL": "",
        "alerts": alerts,
    }


def to_alertmanager_alert(alert: Alert) -> dict[str, Any]:
    labels = to_label_set({**alert["labels"], "alertname": alert["alert_type"]})
    annotations = {
        "summary": alert["message"],
        "description": alert.get("description"),
        "runbook_url": alert.get("runbook_url"),
        "acknowledged_by": alert.get("acknowledged_by"),
        "acknowledgement_note": alert.get("acknowledgement_note"),
        "resolved_by": alert.get("resolved_by"),
        "resolution_note": alert.get("resolution_note"),
        "auto_action_taken": alert.get("auto_action_taken"),
        "alert_id": alert.get("alert_id"),
    }
    is_over = alert["status"] == "resolved"
    return {
        "status": alert["status"],
        "labels": labels,
        "annotations": {
            name: write_value(value) for name, value in annotations.items() if value is not None
        },
        "startsAt": alert["starts_at"],
        "endsAt": alert["ends_at"] if is_over and alert.get("ends_at") else NEVER,
        "generatorURL": "",
        "fingerprint": get_fingerprint(labels),
    }


def to_label_set(labels: Mapping[str, Any]) -> dict[str, str]:
    """Return labels as Prometheus has them: sorted, plain names, texts, none that is empty."""
    written: dict[str, str] = {}
    # A name that is plain already comes before one that becomes the same.
    for name in sorted(labels, key=lambda name: (re.sub(r"\W", "_", name) != name, name)):
        plain = re.sub(r"[^a-zA-Z0-9_]", "_", name)
        plain = f"_{plain}" if not plain or plain[0].isdigit() else plain
        if labels[name] is not None and (value := write_value(labels[name])):
            written.setdefault(plain, value)
    return dict(sorted(written.items()))


def get_fingerprint(labels: Mapping[str, str]) -> str:
    """Return the 64-bit FNV-1a hash of a label set, as Prometheus computes it."""
    fingerprint = 0xCBF29CE484222325
    for name, value in sorted(labels.items()):
        if name == "severity":
            continue
        for byte in b"%b\xff%b\xff" % (name.encode(), value.encode()):
            fingerprint = (fingerprint ^ byte) * 0x100000001B3 % 2**64
    return f"{fingerprint:016x}"


def find_common(sets: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the pairs that all mappings have; nothing of no mappings."""
    pairs = [set(each.items()) for each in sets]
    return dict(sorted(set.intersection(*pairs))) if pairs else {}


# Slack, and what takes the same


def to_slack(payload: Payload) -> dict[str, Any]:
    """Return a message for Slack's incoming webhooks.

    Slack shows the blocks. Mattermost and Discord's /slack ignore them and show the text.
    """
    alerts = order_alerts(payload["alerts"])
    title = make_title(payload)
    lines = [f"*{to_mrkdwn(title, 300)}*"]
    if len(alerts) > 1:
        lines += [f"• {to_mrkdwn(describe_alert(alert), 300)}" for alert in alerts]
    elif alerts and (notes := to_notes(alerts[0], 700)):
        lines.append(notes)
    blocks: list[dict[str, Any]] = [
        # A header would be cut at 150 characters.
        {"type": "section", "text": {"type": "mrkdwn", "text": lines[0]}}
    ]
    for alert in alerts[:MOST_ALERTS_IN_BLOCKS]:
        text = to_notes(alert, LONGEST_SECTION - 350)
        if len(alerts) > 1:
            text = f"*{to_mrkdwn(describe_alert(alert), 300)}*\n{text}"
        if text:
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    footer = f"pgkit, receiver {to_mrkdwn(payload['receiver'], 100)}"
    if (more := count_alerts(payload) - MOST_ALERTS_IN_BLOCKS) > 0:
        footer = f"and {more} more; {footer}"
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    return {"text": join_within(lines, LONGEST_TEXT, count_alerts(payload)), "blocks": blocks}


def to_notes(alert: Alert, limit: int) -> str:
    """Return what else there is to say of an alert, in lines of mrkdwn."""
    notes = [to_mrkdwn(", ".join(list_facts(alert["labels"])), limit // 2)]
    remarks = [
        alert.get(name) for name in ("acknowledgement_note", "resolution_note", "description")
    ]
    notes += [to_mrkdwn(remark, limit // 10) for remark in remarks if remark]
    if runbook := to_link(alert.get("runbook_url"), limit // 5 - 11):
        notes.append(f"<{runbook}|Runbook>")
    return "\n".join(note for note in notes if note)


def to_link(url: str | None, limit: int = 1000) -> str | None:
    """Return a URL that can stand in a link of Slack; nothing where it is no link or too long."""
    if not url or not re.fullmatch(r"https?://[^\s\x00-\x1f]+", url):
        return None
    quoted = re.sub(r"[<>|\"]", lambda sign: f"%{ord(sign[0]):02X}", url).replace("&", "&amp;")
    return quoted if len(quoted) <= limit else None


def to_mrkdwn(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters that is neither markup nor a mention."""
    line = to_line(text)
    # A space without width: names of models must not call everybody.
    line = re.sub(r"@(?=everyone|here|channel|all\b)", "@\u200b", line)
    written = escape(line)
    if len(written) <= limit:
        return written
    # What is left of an entity that was cut in the middle goes too.
    return re.sub(r"&[a-z]*$", "", written[: limit - 1]) + "…"


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def join_within(lines: Sequence[str], limit: int, alert_count: int) -> str:
    """Return the first lines that fit, and how many alerts are left out."""
    text = lines[0]
    for shown, line in enumerate(lines[1:]):
        more = f"\nand {alert_count - shown} more"
        if len(text) + len(line) + len(more) + 1 > limit:
            return text + more
        text += f"\n{line}"
    if (left := alert_count - len(lines) + 1) > 0 and len(lines) > 2:
        return f"{text}\nand {left} more"
    return text


# E-mail


def to_email(
    payload: Payload, sender: Address, recipients: Sequence[Address], now: datetime
) -> EmailMessage:
    """Return an e-mail. Those of a group are one thread; every attempt has the same Message-ID."""
    domain = sender.domain or "pgkit.invalid"
    group = json.dumps([payload["receiver"], payload["group_labels"]], sort_keys=True)
    thread = f"<pgkit-{hashlib.sha256(group.encode()).hexdigest()[:32]}@{domain}>"
    mail = EmailMessage(policy=MAIL)
    mail["Subject"] = cut(make_title(payload), LONGEST_SUBJECT)
    mail["From"] = sender
    mail["To"] = recipients
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{payload['delivery_id']}@{domain}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    # So that no answering machine answers.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Pgkit-Delivery"] = payload["delivery_id"]
    mail.set_content(to_text(payload))
    mail.add_alternative(to_html(payload), subtype="html")
    return mail


def to_text(payload: Payload) -> str:
    """Return a message as plain text."""
    parts = [to_line(make_title(payload))]
    for alert in order_alerts(payload["alerts"])[:MOST_ALERTS_IN_MAIL]:
        lines = [f"  {name}: {value}" for name, value in list_parts(alert)]
        if count_alerts(payload) > 1:
            lines.insert(0, cut(describe_alert(alert), 1000))
        parts.append("\n".join(lines))
    parts += list_left_out(payload)
    parts.append(f"-- \npgkit, receiver {to_line(payload['receiver'])}")
    return "\n\n".join(parts) + "\n"


def to_html(payload: Payload) -> str:
    """Return a message as HTML without style sheets, images or scripts."""
    parts = [f"<p><b>{html.escape(to_line(make_title(payload)))}</b></p>"]
    for alert in order_alerts(payload["alerts"])[:MOST_ALERTS_IN_MAIL]:
        rows = []
        for name, value in list_parts(alert):
            written = html.escape(value)
            if name == "runbook" and to_link(value):
                written = f'<a href="{written}">{written}</a>'
            rows.append(f"<tr><td>{html.escape(name)}</td><td>{written}</td></tr>")
        if count_alerts(payload) > 1:
            parts.append(f"<p>{html.escape(cut(describe_alert(alert), 1000))}</p>")
        parts.append("<table>\n{}\n</table>".format("\n".join(rows)))
    parts += [f"<p>{line}</p>" for line in list_left_out(payload)]
    parts.append(f"<p>pgkit, receiver {html.escape(to_line(payload['receiver']))}</p>")
    return "<html><body>\n{}\n</body></html>\n".format("\n".join(parts))


def list_left_out(payload: Payload) -> list[str]:
    more = count_alerts(payload) - min(len(payload["alerts"]), MOST_ALERTS_IN_MAIL)
    return [f"and {more} more"] if more > 0 else []


def list_parts(alert: Alert) -> list[tuple[str, str]]:
    """Return names and values of what a person may want to know of an alert."""
    parts = {
        "since": alert["starts_at"],
        "until": alert.get("ends_at"),
        **alert["labels"],
        **{
            name: value
            for name, value in (alert.get("details") or {}).items()
            if name not in {*alert["labels"], "description", "runbook_url"}
        },
        "acknowledged by": alert.get("acknowledged_by"),
        "they say": alert.get("acknowledgement_note"),
        "resolved by": alert.get("resolved_by"),
        "because": alert.get("resolution_note"),
        "done automatically": alert.get("auto_action_taken"),
        "why": alert.get("description"),
        "runbook": alert.get("runbook_url"),
    }
    return [
        (cut(name, 100), cut(write_value(value), 1000))
        for name, value in parts.items()
        if value is not None
    ]


# Words


def make_title(payload: Payload) -> str:
    """Return a message in one line."""
    alerts = payload["alerts"]
    if payload.get("is_test"):
        said = [alert["message"] for alert in alerts] or [f"receiver {payload['receiver']}"]
        return f"Test: {said[0]}"
    if len(alerts) == 1 and count_alerts(payload) == 1:
        return describe_alert(alerts[0])
    firing = [alert["severity"] for alert in alerts if alert["status"] == "firing"]
    counts = [(firing.count(severity), severity) for severity in reversed(SEVERITIES)]
    counts.append((len(alerts) - len(firing), "resolved"))
    group = ", ".join(list_facts(payload["group_labels"]))
    title = f"{count_alerts(payload)} alerts"
    title += f" of {group}: " if group else ": "
    return title + ", ".join(f"{count} {word}" for count, word in counts if count)


def describe_alert(alert: Alert) -> str:
    """Return an alert in one line: how bad it is, or that it is over, and what it is."""
    return f"{describe_state(alert)}: {alert['message']}"


def describe_state(alert: Alert) -> str:
    events = alert.get("events") or []
    severity: str = alert["severity"]
    if alert["status"] == "resolved":
        return "Resolved"
    if "opened" in events:
        return severity.capitalize()
    if "escalated" in events:
        return f"Now {severity}"
    if "eased" in events:
        return f"Only {severity} now"
    if "acknowledged" in events:
        return f"Acknowledged by {alert.get('acknowledged_by') or 'somebody'}"
    return f"Still {severity}" if alert.get("is_repeat") else severity.capitalize()


def order_alerts(alerts: Sequence[Alert]) -> list[Alert]:
    """Return the alerts that are open before those that are over, the most severe first."""
    return sorted(
        alerts,
        key=lambda alert: (alert["status"] == "resolved", -SEVERITIES.index(alert["severity"])),
    )


def count_alerts(payload: Payload) -> int:
    return max(int(payload.get("alert_count", 0)), len(payload["alerts"]))


def list_facts(labels: Mapping[str, Any]) -> list[str]:
    return [f"{name}={write_value(value)}" for name, value in sorted(labels.items())]


def write_value(value: Any) -> str:
    """Return a value of JSON as people write it: a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def cut(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters."""
    line = to_line(text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def to_line(text: str) -> str:
    """Return a text as one line without control characters, which could end a header."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
