"""The Anthropic APIs into a warehouse, hourly: one mapped task an organization and table, for Airflow 3.

On the workers: anthill.  Nothing is kept there, where each table is up to is in the destination, so that
any worker can run any task.  In Airflow, best from your secrets backend:

  variable    anthill_organizations  {"us": ["@console"], "eu": ["usage_report", "cost_report"]}
  connections anthill_us, anthill_eu, of the type http: the password is the Admin key, a host another base URL
  connection  anthill_dest, of the type postgres
  variable    anthill_rate, of each task: 12 requests a minute, unless it says otherwise

Password and key go to ant-sync through its environment, never through the command line, which everybody
can see; and as they are a connection's, Airflow hides them in logs and pages.
"""

import os
import subprocess
from datetime import datetime

from airflow.sdk import Connection, Variable, dag, task
from airflow.sdk.exceptions import AirflowFailException

# Tasks at once: each takes its share of the 100 requests a minute that the API allows an organization.
AT_ONCE = 8

# Wrong usage, a key that is refused, an answer that makes no sense: trying again does not help.
FINAL = {2, 3, 4}


@task
def list_tables():
    """What there is to load: a pair of organization and table each."""
    pairs = []
    for organization, words in Variable.get("anthill_organizations", deserialize_json=True).items():
        names = subprocess.check_output(["ant-tables", "--names", *words], text=True)
        pairs += [{"organization": organization, "table": name} for name in names.split()]
    return pairs


@task(map_index_template="{{ organization }} {{ table }}", max_active_tis_per_dagrun=AT_ONCE)
def sync(organization, table):
    """Bring one table of one organization up to date; the tables hold the rows of all organizations."""
    key, dest = Connection.get(f"anthill_{organization}"), Connection.get("anthill_dest")
    env = dict(os.environ, ANTHROPIC_ADMIN_KEY=key.password, ANT_DEST=dest.get_uri())
    if key.host:
        env["ANTHROPIC_BASE_URL"] = key.host
    rate = Variable.get("anthill_rate", default=100 // AT_ONCE)
    options = ["--state", "destination", "--by-organization", "--wait", "--rate", str(rate)]
    status = subprocess.run(["ant-sync", "-c", os.devnull, *options, table], env=env, check=False).returncode
    if status in FINAL:
        raise AirflowFailException(f"ant-sync: exit status {status}")
    if status != 0:  # of all else, one that was killed too, the next try makes good
        raise RuntimeError(f"ant-sync: exit status {status}")


@dag(
    dag_id="anthill",
    start_date=datetime(2026, 1, 1),
    schedule="@hourly",
    catchup=False,  # the destination knows what is missing: a missed hour needs no run of its own
    max_active_runs=1,
    default_args={"retries": 3},  # after [core] default_task_retry_delay
)
def anthill():
    sync.expand_kwargs(list_tables())


anthill()
