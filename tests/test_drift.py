"""Drift checks: numbers against scipy and statsmodels, sessions at once, rights."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from pipeline import wait_until_blocked
from psycopg.types.json import Jsonb
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

REFERENCE = "2020-01-06 10:00+00"
CURRENT = "2020-02-03 10:00+00"
CHECK = (
    "select * from perf.check_model_drift('m', start_time => '2020-02-03', end_time => '2020-02-04'"
)
ADMIN = "a0000000-0000-4000-8000-000000000000"
ANALYST = "b0000000-0000-4000-8000-000000000000"
RECORDER = "c0000000-0000-4000-8000-000000000000"


def record(
    connection: psycopg.Connection,
    feature: str,
    at: str,
    values: Sequence[float | None] | None = None,
    categories: dict[str, int] | None = None,
) -> None:
    connection.execute(
        "select perf.record_feature_values('m', null, %s, %s::float8[], %s, observed_at => %s)",
        [
            feature,
            None if values is None else list(values),
            None if categories is None else Jsonb(categories),
            at,
        ],
    )


def set_reference(connection: psycopg.Connection) -> None:
    connection.execute("select perf.set_drift_reference('m', null, '2020-01-06', '2020-01-07')")


def check(connection: psycopg.Connection, **arguments: object) -> dict[str, Any]:
    """Check the day of CURRENT; return the details, with tests by kind and name."""
    names = "".join(f", {name} => %s" for name in arguments)
    row = connection.execute(f"{CHECK}{names})".encode(), [*arguments.values()]).fetchone()
    assert row is not None
    details = row[3]
    details["tests"] = {(test["kind"], test["name"]): test for test in details["tests"]}
    return {"id": row[0], "detected": row[1], "score": row[2], **details}


def bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return numbers in the order of the bins that the values have in a sketch; 0 is one."""
    found = np.zeros(len(values), dtype=np.int64)
    for sign in (1, -1):
        has = sign * values > 0
        found[has] = sign * (np.ceil(np.log(sign * values[has]) / math.log(1.01)) + 5000)
    return found


@pytest.fixture
def features() -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Values of the reference and of the window, of many kinds and sizes."""
    random = np.random.default_rng(10)
    return {
        "normal": (random.normal(size=300), random.normal(0.5, size=300)),
        "same": (random.normal(5, size=1000), random.normal(5, size=400)),
        "skewed": (random.lognormal(size=2000), random.lognormal(0.2, size=150)),
        "counts": (random.poisson(1, 200) * 1.0, random.poisson(2, 250) * 1.0),
        "wide": (random.standard_cauchy(500), random.standard_cauchy(500) * 3),
        "large": (random.exponential(size=20_000), random.exponential(1.1, size=20_000)),
        "constant": (np.full(100, 3.0), np.full(120, 3.0)),
    }


def test_numbers_are_those_of_scipy(connection, features) -> None:
    for name, (a, b) in features.items():
        record(connection, name, REFERENCE, a.tolist())
        record(connection, name, CURRENT, b.tolist())
    set_reference(connection)
    details = check(connection)
    for name, (a, b) in features.items():
        test = details["tests"]["feature", name]
        is_exact = len(a) == len(b) or len(a) * len(b) <= 10_000
        expected = stats.ks_2samp(bins(a), bins(b), method="exact" if is_exact else "asymp")
        exact = stats.ks_2samp(a, b)
        assert test["statistic"] == pytest.approx(expected.statistic, abs=1e-12), name
        assert test["p_value"] == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-30), name
        # What bins of 1 % take from the distance.
        assert exact.statistic - 0.03 <= test["statistic"] <= exact.statistic + 1e-12, name
        assert test["effect"] == test["statistic"]
        assert test["reference_value"] == pytest.approx(a.mean(), rel=1e-9)
        assert test["current_value"] == pytest.approx(b.mean(), rel=1e-9)
        assert (test["n_reference"], test["n_current"]) == (len(a), len(b))
    moved = check(connection, method="wasserstein")
    for name, (a, b) in features.items():
        if name not in ("constant", "wide"):
            expected = stats.wasserstein_distance(a, b) / a.std(ddof=1)
            found = moved["tests"]["feature", name]["statistic"]
            assert found == pytest.approx(expected, abs=0.02), name
    assert {name for (_, name), test in details["tests"].items() if test["drifted"]} == {
        "normal",
        "skewed",
        "counts",
        "wide",
        "large",
    }
    assert details["score"] == max(
        test["effect"] for test in details["tests"].values() if test["drifted"]
    )


def test_shares_categories_and_metrics_are_those_of_scipy_and_statsmodels(connection) -> None:
    random = np.random.default_rng(11)
    counts = {"a": (500, 430), "b": (300, 360), "c": (90, 120), "d": (40, 60)}
    for at, side in ((REFERENCE, 0), (CURRENT, 1)):
        record(
            connection, "kind", at, categories={name: both[side] for name, both in counts.items()}
        )
    missing = ((37, 400), (61, 350))
    for at, (gone, all_values) in zip((REFERENCE, CURRENT), missing, strict=True):
        values = random.normal(size=all_values - gone).tolist()
        record(connection, "load", at, [*values, *[None] * gone])
    metrics = random.normal(5, size=12), random.normal(6, size=15)
    for day, points in zip(("2020-01-06", "2020-02-03"), metrics, strict=True):
        for minute, value in enumerate(points.tolist()):
            connection.execute(
                "select perf.record_model_metrics('m', %s::timestamptz, rmse => %s)",
                [f"{day} 12:{minute:02}+00", value],
            )
    set_reference(connection)
    tests = check(connection)["tests"]
    table = np.array(list(counts.values())).T
    expected = stats.chi2_contingency(table, correction=False)
    assert tests["feature", "kind"]["statistic"] == pytest.approx(expected.statistic, rel=1e-9)
    assert tests["feature", "kind"]["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    z, p_value = proportions_ztest([missing[1][0], missing[0][0]], [missing[1][1], missing[0][1]])
    assert tests["missing", "load"]["statistic"] == pytest.approx(z, rel=1e-9)
    assert tests["missing", "load"]["p_value"] == pytest.approx(p_value, rel=1e-9)
    expected = stats.mannwhitneyu(metrics[1], metrics[0], method="asymptotic")
    assert tests["metric", "rmse"]["statistic"] == expected.statistic
    assert tests["metric", "rmse"]["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    adjusted = sorted(test["adjusted_p_value"] for test in tests.values())
    ordered = sorted(test["p_value"] for test in tests.values())
    holm = np.maximum.accumulate(np.array(ordered) * np.arange(len(ordered), 0, -1)).clip(max=1)
    assert adjusted == pytest.approx(holm.tolist(), rel=1e-12)


def test_a_rare_share_has_the_binomial_test_of_scipy(connection) -> None:
    for a, all_a, b, all_b in ((5, 100_000, 10, 100), (0, 900, 2, 100), (3, 50, 1, 400)):
        p_value = connection.execute(
            "select p_value from perf_internal.compare_shares(%s, %s, %s, %s)", [a, all_a, b, all_b]
        ).fetchone()[0]
        share = all_b / (all_a + all_b)
        tails = stats.binom.sf(b - 1, a + b, share), stats.binom.cdf(b, a + b, share)
        assert p_value == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)


def test_rolling_up_changes_nothing(connection, features) -> None:
    for name, (a, b) in features.items():
        record(connection, name, REFERENCE, a.tolist())
        record(connection, name, CURRENT, b.tolist())
    set_reference(connection)
    before = check(connection)["tests"]
    connection.execute("select perf.aggregate_performance_metrics()")
    after = check(connection)["tests"]
    assert set(before) == set(after)
    for key, test in before.items():
        for name, value in test.items():
            if isinstance(value, float):
                value = pytest.approx(value, rel=1e-9)
            assert after[key][name] == value, (key, name)


def record_drift(connection: psycopg.Connection) -> None:
    record(connection, "load", REFERENCE, [1.0] * 50 + [2.0] * 50)
    record(connection, "load", CURRENT, [1.0] * 20 + [2.0] * 80)
    connection.execute("select perf.record_model_metrics('m', '2020-02-03 12:00+00', rmse => 1)")
    set_reference(connection)


def test_of_two_checks_at_once_the_second_waits_and_is_what_the_evaluation_says(
    database, connection
) -> None:
    record_drift(connection)
    with (
        psycopg.connect(database) as first,
        psycopg.connect(database, autocommit=True) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        mine = check(first, retrain=True)
        theirs = pool.submit(check, second, retrain=True)
        wait_until_blocked(connection, second.info.backend_pid)
        # The first does not block who records, and the second has read nothing yet.
        record(connection, "load", CURRENT, [1.0] * 60)
        first.commit()
        other = theirs.result(10)
    assert (mine["detected"], mine["score"]) == (True, pytest.approx(0.3))
    # The second began after the first had ended, and so counts what was recorded meanwhile.
    assert other["detected"] is False
    assert other["tests"]["feature", "load"]["n_current"] == 160
    assert connection.execute(
        "select drift_detected, drift_score from perf.model_performance_metrics"
    ).fetchall() == [(False, 0)]
    checks = connection.execute(
        "select check_id, drift_detected, training_id is null from perf.get_drift_checks('m')"
        " order by check_id"
    ).fetchall()
    assert checks == [(mine["id"], True, False), (other["id"], False, True)]


def test_many_checks_at_once_ask_for_one_training(database, connection) -> None:
    record_drift(connection)

    def work(_: int) -> bool:
        with psycopg.connect(database, autocommit=True) as session:
            return bool(check(session, retrain=True)["detected"])

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(12))) == [True] * 12
    assert connection.execute(
        "select count(*), count(distinct training_id), count(training_id)"
        " from perf.get_drift_checks('m')"
    ).fetchone() == (12, 1, 12)
    assert connection.execute("select count(*) from perf.model_training_history").fetchone() == (1,)


def test_a_check_that_is_rolled_back_leaves_nothing(connection) -> None:
    record_drift(connection)
    with connection.transaction(force_rollback=True):
        assert check(connection, retrain=True)["detected"]
    assert connection.execute(
        "select count(*) from perf.model_drift_checks"
        " union all select count(*) from perf.model_training_history"
        " union all select count(drift_detected) from perf.model_performance_metrics"
    ).fetchall() == [(0,), (0,), (0,)]


@pytest.mark.parametrize(
    ("user", "can_check", "can_read"),
    [(ADMIN, True, True), (ANALYST, False, True), (RECORDER, False, False)],
)
def test_an_admin_checks_and_an_analyst_reads(connection, user, can_check, can_read) -> None:
    record_drift(connection)
    for known, role in ((ADMIN, "admin"), (ANALYST, "analyst"), (RECORDER, "recorder")):
        connection.execute("select perf.grant_role(%s, %s::perf.app_role)", [known, role])
    check(connection)

    def may(statement: str) -> bool:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute("set local role authenticated")
                connection.execute(
                    "select set_config('request.jwt.claims', %s, true)", [f'{{"sub": "{user}"}}']
                )
                return bool(connection.execute(statement.encode()).fetchall())
        except psycopg.errors.InsufficientPrivilege:
            return False

    assert may(f"{CHECK}, retrain => true)") == can_check
    assert may("select * from perf.get_drift_checks()") == can_read
    assert may("select * from perf.model_drift_checks") == can_read
    assert not may("update perf.model_drift_checks set drift_detected = false returning id")


def test_correlated_features_without_drift_seldom_drift(connection) -> None:
    """Of 60 checks more than 9 would find drift in 0.04 % of cases, if each did in 5 %."""
    random = np.random.default_rng(12)
    found = 0
    for _ in range(60):
        with connection.transaction(force_rollback=True):
            for at in (REFERENCE, CURRENT):
                common = random.normal(size=(100, 1))
                values = np.exp(common + random.normal(size=(100, 20)))
                for number in range(20):
                    record(connection, f"f{number}", at, values[:, number].tolist())
            set_reference(connection)
            found += check(connection)["detected"]
    assert found <= 9


def test_shifts_within_a_bin_are_found_by_the_means_of_scipy(connection) -> None:
    """Temperatures in kelvin and times in seconds: bins of 1 % are wider than their spread."""
    random = np.random.default_rng(12)
    pairs = {
        "kelvin": (random.normal(293, 1, 400), random.normal(293.5, 1, 900)),
        "same": (random.normal(293, 1, 400), random.normal(293, 1, 900)),
        "wider": (random.normal(293, 1, 400), random.normal(293, 2, 900)),
        "seconds": (
            random.uniform(1.7e9, 1.7e9 + 86400, 1000),
            random.uniform(1.7e9, 1.7e9 + 80000, 1000),
        ),
    }
    for name, (a, b) in pairs.items():
        for at, values in ((REFERENCE, a), (CURRENT, b)):
            for part in np.array_split(values, 7):
                record(connection, name, at, part.tolist())
    set_reference(connection)
    connection.execute("select perf.aggregate_performance_metrics()")
    details = check(connection, correction="none")
    for name, (a, b) in pairs.items():
        test = details["tests"]["feature", name]
        distance = stats.ks_2samp(bins(a), bins(b), method="asymp").pvalue
        # Of equal variances or not, whichever is nearer to 0.
        t = min(
            (stats.ttest_ind(b, a, equal_var=equal).statistic for equal in (True, False)), key=abs
        )
        n, m = len(a), len(b)
        freedom = (1 / n + 1 / m) ** 2 / (1 / n**2 / (n - 1) + 1 / m**2 / (m - 1))
        p = 2 * stats.t.sf(abs(t), freedom)
        assert test["p_value"] == pytest.approx(min(2 * min(p, distance), 1), rel=1e-3), name
        if p < distance:
            assert test["method"] == "student_t"
            assert test["statistic"] == pytest.approx(t, rel=1e-5)
            effect = 2 * stats.norm.cdf(abs(t) * math.sqrt(1 / n + 1 / m) / 2) - 1
            assert test["effect"] == pytest.approx(effect, rel=1e-5)
            assert test["threshold"] == pytest.approx(stats.t.isf(0.0125, freedom), rel=1e-6)
    drifted = {name for (_, name), test in details["tests"].items() if test["drifted"]}
    assert drifted == {"kelvin", "wider", "seconds"}


def test_rounding_of_large_numbers_is_no_drift(connection) -> None:
    """A mean of 1e7 to 1e12 deviations: sums of squares have no digit left, or are below 0."""
    random = np.random.default_rng(13)
    shifts = {"same": 0.0, "moved": 0.001}
    for deviations in (1e7, 1e9, 1e12):
        for name, shift in shifts.items():
            for at, factor in ((REFERENCE, 1), (CURRENT, 1 + shift)):
                mean = 1.7e9 * factor
                for _ in range(20):
                    values = random.normal(mean, mean / deviations, 100)
                    record(connection, f"{name}_{deviations:g}", at, values.tolist())
    set_reference(connection)
    connection.execute("select perf.aggregate_performance_metrics()")
    details = check(connection, correction="none")
    assert len(details["tests"]) == 6
    for (_, name), test in details["tests"].items():
        assert test["drifted"] == name.startswith("moved"), name
        assert name.startswith("moved") or test["p_value"] > 0.9


def test_more_than_a_thousand_categories_without_drift_seldom_drift(connection) -> None:
    """Of 6 checks more than 2 would find drift in 0.2 % of cases, if each did in 5 %."""
    random = np.random.default_rng(13)
    shares = np.full(1500, 1 / 1500)
    found = 0
    for _ in range(6):
        with connection.transaction(force_rollback=True):
            for at in (REFERENCE, CURRENT):
                counts = enumerate(random.multinomial(20_000, shares).tolist())
                record(connection, "city", at, categories={f"c{i}": n for i, n in counts})
            set_reference(connection)
            details = check(connection, method="chi_square")
            assert details["tests"]["feature", "city"]["n_current"] == 20_000
            found += details["detected"]
    assert found <= 2


def test_drift_among_more_than_a_thousand_categories_is_found(connection) -> None:
    counts = {f"c{i}": 10 + i % 5 for i in range(1500)}
    record(connection, "city", REFERENCE, categories=counts)
    record(connection, "city", CURRENT, categories=counts)
    record(connection, "street", REFERENCE, categories=counts)
    record(
        connection, "street", CURRENT, categories={f"{name} new": n for name, n in counts.items()}
    )
    set_reference(connection)
    tests = check(connection)["tests"]
    assert (tests["feature", "city"]["p_value"], tests["feature", "city"]["effect"]) == (1, 0)
    assert tests["feature", "street"]["drifted"]


def test_recording_and_checking_a_thousand_features_takes_seconds(connection) -> None:
    """Time grows with the features, not with their square."""
    connection.execute("set statement_timeout = '9s'")
    for at in (REFERENCE, CURRENT):
        connection.execute(
            "select perf.record_feature_batches(jsonb_agg(jsonb_build_object("
            "'model_type', 'm', 'feature', 'f' || i, 'observed_at', %s::text,"
            "'values', (select jsonb_agg(1 + i %% 7 + j) from generate_series(1, 200) as j))))"
            " from generate_series(1, 1000) as i",
            [at],
        )
    set_reference(connection)
    assert len(check(connection)["tests"]) == 1000
