"""Something to look at on every page: 30 days before a time, the same at every run."""

import random
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pgkit import demo, seed

WORKFLOWS = {"portrait": 9_000, "landscape": 14_000, "upscale": 5_000}
WORKERS = {"gpu-1": ("RTX 4090", 24_000, 1.0), "gpu-2": ("RTX 3090", 24_000, 1.5)}
FEATURES = {"prompt_tokens": (400, 60, 0), "image_width": (1024, 200, 60)}


def fill(connection: psycopg.Connection, now: datetime, calls: int = 20_000) -> None:
    """Fill every room; the connection commits every statement."""
    chance = random.Random(1)
    seed.add_reference_data(connection)
    with connection.transaction():
        seed.add_calls(connection, calls=calls, days=40, until=now)
    add_jobs(connection, now, chance)
    add_configurations(connection, now)
    add_evaluations(connection, now, chance)
    add_experiment(connection, now, chance)
    add_alerts(connection, now)
    add_prices(connection, now)
    connection.execute("select perf.ensure_partitions(%s)", [now])
    connection.execute("select perf.aggregate_performance_metrics()")


def add_jobs(connection: psycopg.Connection, now: datetime, chance: random.Random) -> None:
    """Add jobs of three workflows on two workers, some of which fail."""
    jobs: list[dict[str, Any]] = []
    for hour in range(40 * 24):
        at = now - timedelta(hours=hour, minutes=7)
        for workflow, typical in WORKFLOWS.items():
            worker = chance.choice(list(WORKERS))
            steps = chance.choice([20, 30, 40])
            wall = typical * WORKERS[worker][2] * steps / 30 * chance.lognormvariate(0, 0.2)
            job: dict[str, Any] = {
                "workflow_name": workflow,
                "worker_name": worker,
                "completed_at": at.isoformat(),
                "total_wall_time_ms": round(wall, 1),
                "total_gpu_time_ms": round(0.9 * wall, 1),
                "time_per_frame_ms": round(wall / 24, 2),
                "frame_count": 24,
                "vram_peak_mb": round(chance.gauss(14_000, 800)),
                "resolution_tier": chance.choice(["720p", "1080p"]),
                "parameters": {"steps": steps},
                "pipeline_stages": {"sampling": 0.7 * wall, "decoding": 0.2 * wall},
                "external_id": f"{workflow} {hour}",
            }
            if chance.random() < 0.03:
                job["error_type"] = "out_of_memory"
            else:
                job["quality_scores"] = {
                    "likeness": min(1.0, round(chance.gauss(0.6 + steps / 200, 0.08), 3)),
                    "motion": min(1.0, round(chance.gauss(0.7, 0.1), 3)),
                }
            jobs.append(job)
    for worker, (hardware, vram, _) in WORKERS.items():
        connection.execute("select perf.register_worker(%s, %s, %s)", [worker, hardware, vram])
        connection.execute(
            "select perf.record_worker_availability(%s, %s, %s)",
            [worker, now - timedelta(days=40), now],
        )
    for first in range(0, len(jobs), 1000):
        connection.execute(
            "select perf.record_job_metrics_batch(%s)", [Jsonb(jobs[first : first + 1000])]
        )


def add_configurations(connection: psycopg.Connection, now: datetime) -> None:
    """Add three versions of a configuration, each activated after the other."""
    for number, temperature in enumerate((0.7, 0.4, 0.2), 1):
        connection.execute(
            "select perf.save_model_config('assistant', %s, %s, %s, activate => true)",
            [
                f"Assistant {number}",
                Jsonb({"temperature": temperature, "max_tokens": 500 * number, "stop": ["\n"]}),
                f"Version {number}",
            ],
        )


def add_evaluations(connection: psycopg.Connection, now: datetime, chance: random.Random) -> None:
    """Add evaluations of a model that gets worse, its features, which drift, and a training."""
    for day in range(40):
        at = now - timedelta(days=39 - day)
        connection.execute(
            "select perf.record_model_metrics('energy', %s, model_version => %s, rmse => %s,"
            " r_squared => %s, mape => %s, sample_count => 500)",
            [
                at,
                f"v{1 + day // 20}",
                12 + day / 10 + chance.gauss(0, 0.4),
                0.92 - day / 1000 + chance.gauss(0, 0.005),
                5 + chance.gauss(0, 0.2),
            ],
        )
    for feature, (mean, deviation, moved) in FEATURES.items():
        connection.execute(
            "select perf.save_feature_profile('energy', null, %s, %s::float8[])",
            [feature, [chance.gauss(mean, deviation) for _ in range(1000)]],
        )
        for day in range(3):
            connection.execute(
                "select perf.record_feature_values('energy', null, %s, %s::float8[],"
                " observed_at => %s)",
                [
                    feature,
                    [chance.gauss(mean + moved, deviation) for _ in range(300)],
                    now - timedelta(days=day, hours=1),
                ],
            )
    connection.execute(
        "select perf.check_model_drift('energy', null, %s, %s)", [now - timedelta(days=3), now]
    )
    connection.execute("select perf.trigger_retraining('energy', reason => 'rmse rises')")


def add_experiment(connection: psycopg.Connection, now: datetime, chance: random.Random) -> None:
    """Add an A/B test of which the second variant is faster."""
    row = connection.execute(
        "select perf.start_ab_test('faster answers', 'assistant', 'v1', 'v2', %s,"
        " test_start => %s)",
        [Jsonb(demo.TEST_METRICS), now - timedelta(days=10)],
    ).fetchone()
    assert row is not None
    outcomes = []
    for unit in range(800):
        at = now - timedelta(days=10) * (1 - unit / 810)
        found = connection.execute(
            "select variant from perf.assign_ab_variant(%s, %s)", [row[0], f"user {unit}"]
        ).fetchone()
        assert found is not None
        is_good = chance.random() > 0.02
        outcomes.append(
            {
                "test_id": str(row[0]),
                "unit_key": f"user {unit}",
                "outcomes": {
                    "success": is_good,
                    "response_time_ms": chance.gauss(3000 if found[0] == "a" else 2300, 600),
                },
                "observed_at": at.isoformat(),
            }
        )
    connection.execute("select perf.record_ab_outcomes(%s)", [Jsonb(outcomes)])


def add_alerts(connection: psycopg.Connection, now: datetime) -> None:
    """Add thresholds, of which some fire, a silence and a budget."""
    connection.execute(
        "select perf.create_alert_threshold('error_rate', 0.25, 0.5,"
        " group_by => '{model}', time_window => '6 hours', minimum_sample => 5)"
    )
    connection.execute(
        "select perf.create_alert_threshold('response_time_ms', 20000, 60000,"
        " statistic => 'p95', group_by => '{model}', time_window => '6 hours')"
    )
    for hour in range(48, 0, -6):
        connection.execute(
            "select from perf.check_alert_thresholds(%s)", [now - timedelta(hours=hour)]
        )
    connection.execute("select from perf.check_alert_thresholds(%s)", [now])
    connection.execute(
        "select perf.create_alert_silence(%s, %s, 'Known: it is limited', starts_at => %s)",
        [Jsonb({"model": "lepton/llama-2-13b-chat"}), now + timedelta(days=2), now],
    )


def add_prices(connection: psycopg.Connection, now: datetime) -> None:
    """Add prices of most models, and a budget."""
    models = connection.execute("select name from perf.models order by 1 limit 10").fetchall()
    for number, (model,) in enumerate(models, 1):
        connection.execute(
            "select perf.set_model_price(%s, %s, %s)", [model, 0.2 * number, 0.6 * number]
        )
    connection.execute("select perf.set_budget('everything', 10)")
