"""Counts what other people's parsers find in a folder of samples, as JSON: what our readers are held to.

    samples-oracle.py datahub FOLDER     with the interpreter LIMN_TEST_DATAHUB  (acryl-datahub)
    samples-oracle.py readers FOLDER     with the interpreter LIMN_TEST_READERS  (openlineage-python,
                                         dbt-artifacts-parser, open-data-contract-standard)

scripts/samples-oracle.sh runs both and writes ingest/sources/testdata/samples-counts.json.
"""
import collections
import copy
import importlib
import inspect
import json
import logging
import pathlib
import pkgutil
import re
import sys

logging.disable(logging.CRITICAL)


def placeholder(v):
    return not v or "{{" in str(v) or "${" in str(v)


def prepare(e):
    """What integration tests of others leave open in their events: times, ids and producers."""
    e = copy.deepcopy(e)
    if placeholder(e.get("eventTime")):
        e["eventTime"] = "2026-01-01T00:00:00Z"
    if placeholder(e.get("producer")):
        e["producer"] = "https://example.com/producer"
    if "eventType" in e and "run" not in e:
        e["run"] = {}
    if "eventType" in e or "job" in e:
        e.setdefault("job", {}).setdefault("namespace", "default")
        e["job"].setdefault("name", "job")
    if "run" in e and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(e["run"].get("runId", ""))):
        e["run"]["runId"] = "00000000-0000-0000-0000-000000000000"
    return e


def facet_classes():
    import openlineage.client.generated as g
    from openlineage.client.generated import base

    kinds = {"run": base.RunFacet, "job": base.JobFacet, "dataset": base.DatasetFacet, "input": base.InputDatasetFacet, "output": base.OutputDatasetFacet}
    names = {"Datasource": "dataSource", "DatasetVersion": "version", "ProcessingEngine": "processing_engine", "SQL": "sql", "InputSubset": "subset", "OutputSubset": "subset"}
    out = {k: {} for k in kinds}
    for m in pkgutil.iter_modules(g.__path__):
        mod = importlib.import_module("openlineage.client.generated." + m.name)
        for name, cls in inspect.getmembers(mod, inspect.isclass):
            if cls.__module__ != mod.__name__ or not name.endswith("Facet"):
                continue
            for kind, parent in kinds.items():
                if issubclass(cls, parent) and cls is not parent:
                    short = re.sub(r"(InputDataset|OutputDataset|Dataset|Run|Job)Facet$", "", name)
                    out[kind][names.get(short, short[:1].lower() + short[1:])] = cls
    return out


def lineage(folder):
    from openlineage.client.generated import base

    classes = facet_classes()

    def facets(kind, given, counts):
        for name, value in (given or {}).items():
            # Partial facets of the integration tests of others are counted too: what is compared is which are known.
            if name in classes[kind] and isinstance(value, dict):
                counts[f"{kind} facet {name}"] += 1

    out = {}
    for f in sorted(folder.glob("openlineage/*/*.json")):
        if f.parent.name in ("spec_facets",) or f.parent.name == "spec_tests" and f.name != "example_full_event.json":
            continue
        doc = json.loads(f.read_text())
        counts = collections.Counter()
        for e in doc if isinstance(doc, list) else [doc]:
            e = prepare(e)
            try:
                def dataset(cls, d):
                    return cls(**{k: v for k, v in d.items() if k in ("namespace", "name")})

                ins = [dataset(base.InputDataset, d) for d in e.get("inputs") or []]
                outs = [dataset(base.OutputDataset, d) for d in e.get("outputs") or []]
                head = {"eventTime": e["eventTime"], "producer": e["producer"]}
                if "run" in e:
                    kind = "run"
                    base.RunEvent(run=base.Run(runId=e["run"]["runId"]), job=base.Job(namespace=e["job"]["namespace"], name=e["job"]["name"]), eventType=base.EventType[e["eventType"]] if e.get("eventType") else None, inputs=ins, outputs=outs, **head)
                elif "job" in e:
                    kind = "job"
                    base.JobEvent(job=base.Job(namespace=e["job"]["namespace"], name=e["job"]["name"]), inputs=ins, outputs=outs, **head)
                else:
                    kind = "dataset"
                    base.DatasetEvent(dataset=base.StaticDataset(namespace=e["dataset"]["namespace"], name=e["dataset"]["name"]), **head)
            except (TypeError, KeyError, ValueError):
                counts["refused"] += 1
                continue
            counts[kind + " events"] += 1
            counts["inputs"] += len(ins)
            counts["outputs"] += len(outs)
            facets("run", e.get("run", {}).get("facets"), counts)
            facets("job", e.get("job", {}).get("facets"), counts)
            for d in [e["dataset"]] if kind == "dataset" else (e.get("inputs") or []) + (e.get("outputs") or []):
                facets("dataset", d.get("facets"), counts)
                facets("input", d.get("inputFacets"), counts)
                facets("output", d.get("outputFacets"), counts)
        out[str(f.relative_to(folder))] = dict(sorted(counts.items()))
    return out


def dbt(folder):
    from dbt_artifacts_parser import parser

    out = {}
    for f in sorted(folder.glob("dbt/**/*.json")):
        raw = f.read_text()
        if not raw:
            continue
        doc = json.loads(raw)
        counts = collections.Counter()
        schema = doc.get("metadata", {}).get("dbt_schema_version", "") if isinstance(doc, dict) else ""
        kind = next((k for k in ("manifest", "catalog", "run-results", "sources") if f"/{k}/" in schema), None)
        if not kind:
            continue
        try:
            p = getattr(parser, "parse_" + kind.replace("-", "_"))(doc)
        except Exception as e:  # the sample is no whole artifact for this parser
            out[str(f.relative_to(folder))] = {"refused": 1}
            continue
        if kind == "manifest":
            def plain(v):
                return getattr(v, "value", v)

            for n in list(p.nodes.values()) + list(p.sources.values()):
                counts[str(plain(n.resource_type))] += 1
                counts["columns"] += len(n.columns or {})
            for name, one in (("exposures", "exposure"), ("metrics", "metric"), ("semantic_models", "semantic_model"), ("groups", "group"), ("macros", "macro"), ("docs", "doc"), ("saved_queries", "saved_query"), ("unit_tests", "unit_test")):
                n = len(getattr(p, name, None) or {})
                if n:
                    counts[one] = n
        elif kind == "catalog":
            for name in ("nodes", "sources"):
                for t in getattr(p, name).values():
                    counts["catalog " + name[:-1]] += 1
                    counts["columns"] += len(t.columns)
        else:
            for r in p.results:
                s = str(getattr(r.status, "value", r.status))
                counts[("run_results " if kind == "run-results" else "sources ") + s.replace("_", " ")] += 1
        out[str(f.relative_to(folder))] = dict(sorted(counts.items()))
    return out


def contracts(folder):
    from open_data_contract_standard.model import OpenDataContractStandard

    out = {}
    for f in sorted(folder.glob("odcs/*.yaml")):
        counts = collections.Counter()
        try:
            c = OpenDataContractStandard.from_string(f.read_text())
        except Exception as e:
            out[str(f.relative_to(folder))] = {"refused": 1}
            continue
        counts["contracts"] = 1

        def checks(p):
            n = len(p.quality or [])
            for q in p.properties or []:
                n += checks(q)
            return n

        for o in c.schema_ or []:
            counts["tables"] += 1
            counts["columns"] += len(o.properties or [])
            counts["checks"] += checks(o)
        counts["promises"] = len(c.slaProperties or [])
        team = c.team
        counts["people"] = len(team if isinstance(team, list) else (team.members or []) if team else [])
        out[str(f.relative_to(folder))] = {k: v for k, v in sorted(counts.items()) if v}
    return out


def datahub(folder):
    from datahub.ingestion.source.file import _from_obj_for_file
    from datahub.metadata.schema_classes import MetadataChangeEventClass, SchemaMetadataClass

    out = {}
    for f in sorted(list(folder.glob("datahub/*.json")) + [folder / "trino/trino_mces_golden.json"]):
        doc = json.loads(f.read_text())
        counts = collections.Counter()
        for obj in doc if isinstance(doc, list) else [doc]:
            try:
                item = _from_obj_for_file(obj)
            except Exception:
                item = None
            if item is None:
                counts["refused"] += 1
                continue
            counts["records"] += 1
            if isinstance(item, MetadataChangeEventClass):
                snap = item.proposedSnapshot
                kind = snap.urn.split(":")[2]
                for a in snap.aspects:
                    counts[f"aspect {kind}/{a.ASPECT_NAME}"] += 1
                    if isinstance(a, SchemaMetadataClass):
                        counts["fields"] += len(a.fields)
            else:
                counts[f"aspect {item.entityType}/{item.aspectName}"] += 1
                a = getattr(item, "aspect", None)
                if isinstance(a, SchemaMetadataClass):
                    counts["fields"] += len(a.fields)
        out[str(f.relative_to(folder))] = dict(sorted(counts.items()))
    return out


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("datahub", "readers"):
        sys.exit(__doc__)
    where = pathlib.Path(sys.argv[2])
    found = {"datahub": datahub(where)} if sys.argv[1] == "datahub" else {"openlineage": lineage(where), "dbt": dbt(where), "odcs": contracts(where)}
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
