"""Makes a failing project small while it fails in the same way."""
import time


class Minimiser:
    """`fails(files)` says whether a project still shows the fault; time is limited, the best so far is the answer."""

    def __init__(self, fails, seconds=60):
        self.fails, self.end = fails, time.monotonic() + seconds

    @property
    def is_over(self):
        return time.monotonic() > self.end

    def minimised(self, files, originals):
        files = self.without_damage(files, originals)
        files = self.without_files(files)
        for separator in (b"\n", None):
            for path in sorted(files, key=lambda path: files[path] == originals.get(path)):
                files = files | {path: self.smaller(files, path, separator)}
        return files

    def without_damage(self, files, originals):
        """Files back as they were, where the fault stays."""
        for path in sorted(files):
            if path in originals and files[path] != originals[path] and not self.is_over:
                attempt = files | {path: originals[path]}
                if self.fails(attempt):
                    files = attempt
        return files

    def without_files(self, files):
        names = [path for path in sorted(files) if path != "pipectl.yml"]
        step = len(names)
        while step >= 1 and not self.is_over:
            for at in range(0, len(names), step):
                gone = set(names[at:at + step])
                attempt = {path: data for path, data in files.items() if path not in gone}
                if gone & set(files) and not self.is_over and self.fails(attempt):
                    files = attempt
            step //= 2
        return files

    def smaller(self, files, path, separator):
        """Delta debugging of one file, by lines or by bytes."""
        data = files[path]
        parts = data.splitlines(keepends=True) if separator else [data[at:at + 1] for at in range(len(data))]
        step = len(parts) // 2
        while step >= 1 and not self.is_over:
            at = 0
            while at < len(parts) and not self.is_over:
                attempt = parts[:at] + parts[at + step:]
                if self.fails(files | {path: b"".join(attempt)}):
                    parts = attempt
                else:
                    at += step
            step //= 2
        return b"".join(parts)
