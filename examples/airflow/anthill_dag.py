"""The Anthropic Admin API into a warehouse, hourly: one task a table, so that each is retried by itself.

On the workers: anthill.  In Airflow, two variables, best from your secrets backend:
  variable anthill_admin_key   the Admin key
  variable anthill_dest        such as postgresql://reports:PASSWORD@db.example.com/warehouse

Both go to the task through the environment, never through the command line, which everybody can see.
"""

from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # before Airflow 3
    from airflow.operators.bash import BashOperator

TABLES = [
    "usage_report",
    "cost_report",
    "analytics_usage",
    "analytics_cost",
    "claude_code_usage",
    "claude_code_models",
    "users",
    "workspaces",
    "api_keys",
]

# A task that fails is tried again by Airflow, which helps where the exit status is 75 (try again later);
# each task gets its share of the requests a minute, since they run side by side.
COMMAND = "ant-sync -c /dev/null --wait --rate {rate} {table}"

with DAG(
    dag_id="anthill",
    description="Anthropic Admin API: usage, cost by key and person, Claude Code, members",
    start_date=datetime(2026, 1, 1),
    schedule="@hourly",
    catchup=False,  # ant-sync knows its own watermarks: a missed hour needs no run of its own
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True},
) as dag:
    for table in TABLES:
        BashOperator(
            task_id=table,
            bash_command=COMMAND.format(table=table, rate=100 // len(TABLES)),
            env={
                "ANTHROPIC_ADMIN_KEY": "{{ var.value.anthill_admin_key }}",
                "ANT_DEST": "{{ var.value.anthill_dest }}",
                # Watermarks must outlive the worker; lost ones are read back from the destination's ledger.
                "ANT_STATE": "{{ var.value.get('anthill_state', '/var/lib/airflow/anthill') }}",
            },
            append_env=True,
            execution_timeout=timedelta(hours=6),
        )
