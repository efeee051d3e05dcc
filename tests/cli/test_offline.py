"""Lists answer from what was last seen when the master cannot be reached, and say so; plans never do."""

from tests.cli.calling import Desk
from tests.masters import ServerMasters
from tests.servers import MariadbServer, start_mariadb


def test_a_list_is_answered_from_what_was_seen_when_the_master_is_away() -> None:
    with start_mariadb() as server:
        desk = desk_on(server)
        tenant, name = desk.provisioned()
        assert desk.json("tenant", "list")["total"] == 1
        server.stop()

        answer = desk.call("--json", "tenant", "list")
        assert [one["id"] for one in answer.document["tenants"]] == [tenant]
        assert "what was seen" in answer.err
        assert desk.json("fleet", "status")["databases"] == 1
        assert desk.json("tenant", "list", "--cached")["total"] == 1

        assert desk.refused("tenant", "show", tenant, code=5) == "unreachable"
        assert desk.refused("database", "delete", tenant, "--confirm", name, code=5) == "unreachable"
        wrong = Desk(desk.master)
        assert wrong.refused("--master-url", f"{desk.master.url}_other", "tenant", "list", code=5) == "unreachable"


def test_what_was_seen_is_not_shown_to_whom_the_server_refuses() -> None:
    with start_mariadb() as server:
        desk = desk_on(server)
        desk.provisioned()
        desk.json("tenant", "list")
        answer = desk.spawn("--json", "tenant", "list", PAGEVOO_MASTER_PASSWORD="wrong")
        assert (answer.code, answer.error_code) == (5, "access_denied")


def desk_on(server: MariadbServer) -> Desk:
    desk = Desk(ServerMasters(server).make_master())
    desk.json("master", "init")
    return desk
