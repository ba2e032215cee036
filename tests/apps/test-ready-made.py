#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ready-made entries for services of the desktop, each chosen by the command and tried with a stand-in of its service."""
import json
import os
import shutil
import subprocess
import sys
import time

from world import HERE, Process, Session, World, main

DESKTOP = os.path.join(HERE, "desktop.py")


def start(world, *words):
    app = Process([sys.executable, DESKTOP, world.path("asked-of-it"), *words], world.env, stdout=subprocess.PIPE)
    world.apps.append(app)
    app.await_line("ready")


def choose(world, name):
    """As a user does; until then there is no such server."""
    shutil.copytree(os.environ["MCP_TEST_READY_MADE"], world.path("share/mcp-sessiond/servers"), dirs_exist_ok=True)
    assert name not in world.providers()
    added = world.command("server", "add", "--from", name)
    assert added.returncode == 0, added
    assert name in world.providers()


def asked(world):
    return [json.loads(line) for line in world.read("asked-of-it").splitlines()]


def test_notifications():
    with World() as world:
        start(world, "notifications")
        choose(world, "notifications")
        session = Session(world)
        assert session.call("notifications__GetCapabilities")["result"]["structuredContent"] == {"capabilities": ["body"]}
        world.allow()
        arguments = {"app_name": "a", "replaces_id": 0, "app_icon": "", "summary": "Tea", "body": "is ready", "actions": [],
                     "hints": {"urgency": {"signature": "y", "value": 2}}, "expire_timeout": -1}
        assert session.call("notifications__Notify", **arguments)["result"]["structuredContent"] == {"id": 7}
        assert asked(world)[-1] == ["Notify", "a", 0, "", "Tea", "is ready", [], {"urgency": 2}, -1], asked(world)
        assert "Notify" in world.read("asked") and "GetCapabilities" not in world.read("asked")
        session.call("notifications__CloseNotification", id=7)
        assert asked(world)[-1] == ["CloseNotification", 7]


def test_open_uri():
    with World() as world:
        start(world, "portal")
        choose(world, "open-uri")
        session = Session(world)
        world.allow()
        assert session.tools() == ["open-uri__OpenURI"], session.tools()
        result = session.call("open-uri__OpenURI", parent_window="", uri="https://example.org/", options={})["result"]
        assert result["structuredContent"] == {"handle": "/org/freedesktop/portal/desktop/request/1"}, result
        assert asked(world) == [["OpenURI", "", "https://example.org/", {}]], asked(world)
        assert "OpenURI" in world.read("asked")


def test_media_player():
    with World() as world:
        start(world, "player")
        choose(world, "media-player")
        session = Session(world)
        facts = session.call("media-player__GetAll", interface_name="org.mpris.MediaPlayer2.Player")["result"]["structuredContent"]
        assert facts["properties"]["PlaybackStatus"] == "Playing", facts
        assert facts["properties"]["Metadata"] == {"xesam:title": "So What", "mpris:length": 545000000}, facts
        world.allow()
        assert session.call("media-player__Pause")["result"]["structuredContent"] == {}
        assert asked(world) == [["Pause"]] and "Pause" in world.read("asked"), asked(world)


def provider_file(name, more=""):
    return ("[Shell Search Provider]\n" f"DesktopId={name}.desktop\nBusName={name}\nObjectPath=/org/example/Search\n"
            f"Version=2\n{more}")


FOLDER = "share/gnome-shell/search-providers/"
FILES = {
    FOLDER + "files.ini": provider_file("org.example.Files"),
    FOLDER + "notes.ini": provider_file("org.example.Notes"),
    FOLDER + "private.ini": provider_file("org.example.Private"),
    FOLDER + "secret.ini": provider_file("org.example.Secret", "DefaultDisabled=true\n"),
    FOLDER + "gone.ini": provider_file("org.example.Gone"),
    FOLDER + "old.ini": provider_file("org.example.Old").replace("Version=2", "Version=1"),
    FOLDER + "broken.ini": "nonsense",
    "share/applications/org.example.Files.desktop": "[Desktop Entry]\nType=Application\nName=Files\nExec=true\n",
    # What the user has switched off, as the settings of the desktop keep that.
    "config/glib-2.0/settings/keyfile": "[org/gnome/desktop/search-providers]\ndisabled=['org.example.Private.desktop']\n",
    "schemas/org.gnome.desktop.search-providers.gschema.xml": """<schemalist>
<schema id="org.gnome.desktop.search-providers" path="/org/gnome/desktop/search-providers/">
<key name="disable-external" type="b"><default>false</default></key>
<key name="disabled" type="as"><default>[]</default></key>
<key name="enabled" type="as"><default>[]</default></key></schema></schemalist>"""}


def search_world():
    world = World(files=FILES)
    if shutil.which("glib-compile-schemas"):
        subprocess.run(["glib-compile-schemas", world.path("schemas")], check=True)
    world.write("data/dbus-1/services/org.mcpsessiond.Search.service",
                "[D-BUS Service]\nName=org.mcpsessiond.Search\n"
                f"Exec=/usr/bin/env GSETTINGS_SCHEMA_DIR={world.path('schemas')} GSETTINGS_BACKEND=keyfile "
                f"{os.environ['MCP_TEST_SEARCH']}\n")
    world.reload_bus()
    return world


def test_search_in_all_apps():
    """One tool over all apps that can be searched: found, switched off, not to be started."""
    with search_world() as world:
        for name in ("Files", "Notes", "Private", "Secret", "Old"):
            start(world, "search", "org.example." + name)
        choose(world, "desktop-search")
        session = Session(world)
        assert session.tools() == ["desktop-search__search"], session.tools()
        found = session.call("desktop-search__search", query="  two words ", max_results=2)["result"]["structuredContent"]
        apps = ["Files", "Files", "org.example.Notes", "org.example.Notes"]
        if not shutil.which("glib-compile-schemas"):
            apps += ["org.example.Private"] * 2
        assert [hit["app"] for hit in found["results"]] == apps, found
        hit = found["results"][0]
        assert hit["id"] == "org.example.Files/two+words/0" and hit["name"] == "0", hit
        assert hit["description"] == "ä" * 2000, len(hit["description"])
        assert [one["app"] for one in found["failed"]] == ["org.example.Gone"] and "Secret" not in str(found), found["failed"]
        assert len(session.call("desktop-search__search", query="x")["result"]["structuredContent"]["results"]) == 5 * len(apps) / 2
        for bad in ({}, {"query": ""}, {"query": " \n"}, {"query": "x", "max_results": 0}, {"query": "x", "max": 1}):
            answer = session.call("desktop-search__search", **bad)
            assert answer["error"]["code"] == -32602, answer


def test_search_with_one_that_is_silent():
    """An app that does not answer costs the others' results nothing, and is named; a search is cancelled."""
    with search_world() as world:
        start(world, "search", "org.example.Files")
        start(world, "silent-search", "org.example.Notes")
        choose(world, "desktop-search")
        session = Session(world)
        found = session.call("desktop-search__search", query="x")["result"]["structuredContent"]
        assert {hit["app"] for hit in found["results"]} == {"Files"}, found
        assert "org.example.Notes" in [one["app"] for one in found["failed"]], found["failed"]


if __name__ == "__main__":
    sys.exit(main(globals()))
