"""Pipelines for the test against a real Airflow: one that goes well, and one whose task fails."""
from datetime import datetime

from airflow.sdk import DAG, Asset, task

raw = Asset(name="raw_orders", uri="s3://bucket/raw/orders")
orders = Asset("postgres://db:5432/shop/public/orders", extra={"team": "sales"})
bad = Asset(name="bad", uri="s3://bucket/bad")

with DAG("shop", schedule="@daily", start_date=datetime(2026, 11, 20), catchup=False, tags=["daily", "sales"], default_args={"owner": "sales-eng"}, description="orders"):

    @task(outlets=[raw])
    def extract():
        return 1

    @task(inlets=[raw], outlets=[orders])
    def load(n):
        return n

    load(extract())

with DAG("bad", schedule=None, start_date=datetime(2026, 11, 20)):

    @task(outlets=[bad])
    def fail():
        raise ValueError("no")

    fail()
