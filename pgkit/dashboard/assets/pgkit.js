// The few things that only a browser can do.
window.dashMantineFunctions = Object.assign(window.dashMantineFunctions || {}, {
    // A value or an interval of a chart, with three digits that count. Axes and tooltips call it
    // with different arguments, the options among them.
    pgkitNumber: (value, ...rest) => {
        const options = rest.find((one) => one && typeof one.unit === "string");
        const unit = options ? options.unit : "";
        const compact = new Intl.NumberFormat("en", {
            notation: "compact",
            maximumSignificantDigits: 3,
        });
        const one = (number) => {
            if (number === null || number === undefined) return "–";
            if (unit === "share" || unit === "ratio") return `${compact.format(100 * number)} %`;
            if (unit === "ms") {
                const size = Math.abs(number);
                if (size >= 3600000) return `${compact.format(number / 3600000)} h`;
                if (size >= 60000) return `${compact.format(number / 60000)} min`;
                if (size >= 1000) return `${compact.format(number / 1000)} s`;
            }
            const shown = compact.format(number);
            return unit && unit !== "count" && unit !== "score" ? `${shown} ${unit}` : shown;
        };
        return Array.isArray(value) ? `${one(value[0])} to ${one(value[1])}` : one(value);
    },
    // A time of an axis, in UTC.
    pgkitTime: (value) =>
        new Intl.DateTimeFormat("en", {
            month: "short",
            day: "2-digit",
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
            timeZone: "UTC",
        }).format(value),
});

// A drawing without charts and fields: a tree of elements, each [tag, properties, children].
const grow = ([tag, properties, children]) =>
    window.React.createElement(
        tag,
        properties,
        ...children.map((child) => (Array.isArray(child) ? grow(child) : child)),
    );
window.pgkit = { Plain: ({ tree }) => grow(tree) };

// What its links and buttons do.
document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    if (button) {
        const { action, key } = button.dataset;
        const data = { name: action, key: key || "", at: Date.now() };
        window.dash_clientside.set_props("asked", { data });
    }
    const copy = event.target.closest("button.copy");
    if (copy) {
        const text = copy.closest("details").querySelector("pre").textContent;
        navigator.clipboard.writeText(text).then(
            () => { copy.textContent = "Copied"; },
            () => { copy.textContent = "Select the text to copy it"; },
        );
    }
    const link = event.target.closest("a.link");
    const opens = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (link && !opens && !link.hasAttribute("download") && link.origin === window.location.origin) {
        event.preventDefault();
        window.history.pushState({}, "", link.href);
        // dcc.Location listens to it.
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
    }
});

window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    pgkit: {
        // Each page has a title of its own, which tabs and screen readers show.
        title: (path) => {
            const name = (path || "/").replaceAll("/", "") || "overview";
            document.title = `${name[0].toUpperCase()}${name.slice(1)} · pgkit`;
            return window.dash_clientside.no_update;
        },
    },
});

// A page whose token has expired shows old numbers without saying so. The form to log in says it.
const fetchBefore = window.fetch;
window.fetch = async (...given) => {
    const answer = await fetchBefore(...given);
    if (answer.status === 401) window.location.reload();
    return answer;
};
