"""Numbers as a table that a person can read."""

import statistics

BASE = "haproxy"
LARGE_BYTES = 16_384


def head(document):
    """What was measured where."""
    machine = document["machine"]
    lines = [f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, {document['rounds']} rounds"]
    lines += [f"{name}: {version}" for name, version in document["proxies"].items()]
    return "\n".join(lines)


def section(result):
    """One result."""
    return {"calls": calls, "series": series, "threads": threads}.get(result.get("form"), workload)(result)


def workload(result):
    samples, unit = result["samples"], result["unit"]
    columns = ["", unit, f"to {BASE}", "to relay", "per second", "p50 µs", "p99 µs", f"p99 to {BASE}", "MB",
               "a core's second", "MB a core's second"]
    rows = []
    for name, values in result["proxies"].items():
        rows.append([
            name, number(values["cost"]), number(ratio(samples, name, BASE)), number(ratio(samples, name, "relay")),
            number(values.get("per_second")), number(values.get("p50_us")), number(values.get("p99_us")),
            number(ratio(samples, name, BASE, "p99_us")), number(values.get("resident_mb")),
            number(1e6 / values["cost"] if unit == "µs" else None), number(megabytes(result, values["cost"]))])
    target = f"; supervise is to cost at most {result['target']:.2f} of {BASE}" if result["target"] else ""
    return f"{result['name']} ({result['what']}{target})\n{table(columns, rows)}"


def megabytes(result, cost):
    """What of large messages a core carries in a second, one way."""
    size = result.get("bytes_per_unit", 0)
    return size / cost if size >= LARGE_BYTES else None


def ratio(samples, name, base, key="cost"):
    """The median over the rounds of one proxy's number to another's in the same round."""
    pairs = list(zip(samples.get(name, []), samples.get(base, [])))
    pairs = [(own, other) for own, other in pairs if own.get(key) and other.get(key)]
    return statistics.median(own[key] / other[key] for own, other in pairs) if pairs else None


def threads(result):
    samples, bases = result["samples"], result["bases"]
    columns = ["", result["unit"], "to one thread", "per second", "to one thread", "p99 µs"]
    rows = [
        [name, number(values["cost"]), number(ratio(samples, name, bases[name])), number(values["per_second"]),
         number(ratio(samples, name, bases[name], "per_second")), number(values["p99_us"])]
        for name, values in result["proxies"].items()]
    return f"{result['name']} ({result['what']})\n{table(columns, rows)}"


def calls(result):
    names = sorted({call for counts in result["proxies"].values() for call in counts})
    columns = ["system calls per unit"] + list(result["proxies"])
    rows = [[name] + [number(counts.get(name)) for counts in result["proxies"].values()] for name in names]
    rows.append(["all"] + [number(sum(counts.values())) for counts in result["proxies"].values()])
    return f"{result['name']}\n{table(columns, rows)}"


def series(result):
    steps = result["steps"]
    columns = [result["over"]] + list(result["proxies"])
    rows = [[str(step)] + [number(values[index]) for values in result["proxies"].values()]
            for index, step in enumerate(steps)]
    return f"{result['name']} ({result['unit']})\n{table(columns, rows)}"


def number(value):
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 100 else f"{value:.1f}"


def table(columns, rows):
    kept = [index for index in range(len(columns)) if index == 0 or any(row[index] != "–" for row in rows)]
    lines = [[row[index] for index in kept] for row in [columns] + rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(kept))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width)
                         for index, (cell, width) in enumerate(zip(line, widths))) for line in lines)
