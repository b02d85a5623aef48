"""The npm packages of tests/clients, installed once for all processes of a run."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CLIENTS = Path(__file__).parent / "clients"


def find_npm() -> str | None:
    """Return where npm is, or nothing where it is missing."""
    return shutil.which("npm")


def install_clients() -> Path:
    """Return a copy of tests/clients with the packages of its lock file beside the files.

    It is in PGKIT_NPM_CACHE, else in the folder for temporary files, and is made again where
    a file of tests/clients has changed. npm checks each package by the hash in the lock file.
    """
    files = sorted(path for path in CLIENTS.iterdir() if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    cache = Path(os.environ.get("PGKIT_NPM_CACHE") or tempfile.gettempdir())
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"pgkit-clients-{os.getuid()}-{digest[:16]}"
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for path in files:
                shutil.copy(path, folder)
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"npm ci failed: {done.stdout}{done.stderr}"
            (folder / "installed").touch()
    return folder
