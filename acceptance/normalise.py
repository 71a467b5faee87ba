"""Replaces in a case's output what differs from run to run."""

import datetime
import re
import time

DURATION = r"\d+(?:\.\d+)? ?ms\b|\d+\.\d+ ?s\b|\d+m \d\ds\b|\d+h \d\dm\b"
MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d| UTC)?")
EPOCH = re.compile(r"\b\d{10}(?:\d{3}|\d{6})\b")
DAY = 86400


class Normaliser:
    """For one case. Only times near the present are replaced: those in the data are part of what is tested."""

    def __init__(self, folder, repository, extra_file):
        self.paths = [(str(folder), "<TMP>"), (str(repository), "<REPO>")]
        self.extra = []
        if extra_file.exists():
            for line in extra_file.read_text().splitlines():
                if line and not line.startswith("#"):
                    pattern, arrow, replacement = line.partition(" => ")
                    if not arrow:
                        raise ValueError(f"{extra_file}: no ` => ` in: {line}")
                    self.extra.append((re.compile(pattern, re.MULTILINE), replacement))

    def apply(self, text):
        for path, name in self.paths:
            text = text.replace(path, name)
        text = re.sub(r"\b\d{8}-\d{6}-[0-9a-f]{6}\b", "<RUN>", text)
        text = re.sub(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<UUID>", text)
        text = MOMENT.sub(self.moment, text)
        text = EPOCH.sub(self.epoch, text)
        text = re.sub(r'("(?:duration|elapsed)\w*" ?: ?)[\d.]+', r"\1<DURATION>", text, flags=re.IGNORECASE)
        text = re.sub(r"\b[\d.,]+ ?[kMG]? rows/s", "<RATE>", text)
        # Padding before a duration depends on its width.
        text = re.sub(rf"(?:( ) +)?(?<![\w.])(?:{DURATION})", lambda match: (match[1] or "") * 2 + "<DURATION>", text)
        for pattern, replacement in self.extra:
            text = pattern.sub(replacement, text)
        text = "\n".join(line.rstrip() for line in text.split("\n"))
        return text if text.endswith("\n") or not text else text + "\n"

    @staticmethod
    def near_now(seconds):
        return abs(seconds - time.time()) < DAY

    def moment(self, match):
        try:
            moment = datetime.datetime.fromisoformat(f"{match[1]} {match[2]}+00:00")
        except ValueError:
            return match[0]
        return "<TIME>" if self.near_now(moment.timestamp()) else match[0]

    def epoch(self, match):
        return "<TIME>" if self.near_now(int(match[0][:10])) else match[0]
