// The few things that only a browser can do.
const INTERVAL = ", 95 % interval";
const LONE = ", without neighbours";

window.dashMantineFunctions = Object.assign(window.dashMantineFunctions || {}, {
    // A value or an interval of a chart, with three digits that count. Axes and tooltips call it
    // with different arguments, the options among them.
    pgkitNumber: (value, ...rest) => {
        const options = rest.find((one) => one && typeof one.unit === "string");
        const unit = options ? options.unit : "";
        const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
        // As numbers.py writes them: 1,234 in full, from 100 thousand on as 123 k, 1.2 M, 3 G.
        // Spaces do not break, because an axis would else put the unit below its number.
        const digits = (number) => {
            const size = Math.abs(number);
            if (Number.isInteger(number) && size < 100000) return number.toLocaleString("en");
            for (const [from, by, suffix] of [[1e9, 1e9, "G"], [1e6, 1e6, "M"], [1e5, 1e3, "k"]]) {
                if (size >= from) return `${three.format(number / by)}\u00a0${suffix}`;
            }
            return three.format(number);
        };
        const one = (number) => {
            if (number === null || number === undefined) return "-";
            const size = Math.abs(number);
            if (unit === "share" || unit === "ratio") return `${digits(100 * number)}\u00a0%`;
            if (unit === "ms") {
                if (size >= 86400000) return `${digits(number / 86400000)}\u00a0d`;
                if (size >= 3600000) return `${digits(number / 3600000)}\u00a0h`;
                if (size >= 60000) return `${digits(number / 60000)}\u00a0min`;
                if (size >= 1000) return `${digits(number / 1000)}\u00a0s`;
            }
            if (unit === "MB" && size >= 1024) return `${digits(number / 1024)}\u00a0GB`;
            const shown = digits(number);
            return unit && unit !== "count" && unit !== "score" ? `${shown}\u00a0${unit}` : shown;
        };
        return Array.isArray(value) ? `${one(value[0])} to ${one(value[1])}` : one(value);
    },
    // What a point of a chart says. The tooltip of Mantine says of an interval how wide it is.
    pgkitTooltip: ({ label, payload }, ...rest) => {
        const known = window.dashMantineFunctions;
        const write = (value) => known.pgkitNumber(value, ...rest);
        const create = window.React.createElement;
        if (!payload || !payload.length) return null;
        const point = payload[0].payload;
        const isTime = typeof label === "number";
        const at = isTime ? known.pgkitTime(label) : String(label);
        const lines = payload
            .filter((one) => !Array.isArray(one.value) && !String(one.name).endsWith(INTERVAL))
            .filter((one) => !String(one.name).endsWith(LONE))
            .map((one) => {
                const within = point[`${one.name}${INTERVAL}`];
                return create(
                    "tr",
                    { key: one.name },
                    create(
                        "th",
                        { scope: "row" },
                        create("span", { className: "swatch", style: { background: one.color } }),
                        one.name,
                    ),
                    create("td", {}, write(one.value)),
                    create("td", { className: "within" }, within ? write(within) : ""),
                );
            });
        const zone = isTime || / \d\d:00$/.test(at) ? " UTC" : "";
        return create(
            "div",
            { className: "tip" },
            create("div", { className: "at" }, `${at}${zone}`),
            create("table", {}, create("tbody", {}, lines)),
        );
    },
    // A bucket of an axis: the day at midnight and of days, else the hour.
    pgkitBucket: (value) => {
        const text = String(value);
        if (/ 00:00$/.test(text)) return text.slice(0, -6);
        if (/ \d\d:00$/.test(text)) return text.slice(-5);
        if (!/^\d{4}-\d\d-\d\d$/.test(text)) return text;
        const day = { month: "short", day: "2-digit", timeZone: "UTC" };
        return new Intl.DateTimeFormat("en", day).format(new Date(`${text}T00:00:00Z`));
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

const dismiss = () => window.dash_clientside.set_props("said", { children: null });
let fading = 0;
const SECONDS_OF_TOAST = 8;

// In a field of a line Enter sends the form. In a list it chooses.
document.addEventListener("keydown", (event) => {
    const field = event.target;
    const dialog = event.key === "Enter" && field.closest("[role=dialog]");
    if (!dialog || field.tagName !== "INPUT" || field.getAttribute("aria-haspopup")) return;
    const send = dialog.querySelector(`button[id*='"type":"submit"']`);
    if (send && !send.disabled) {
        event.preventDefault();
        send.click();
    }
});

// What is wrong with a form must be seen, however long the form is.
const showWrong = (node) => {
    const wrong = node.nodeType === 1 && node.closest("[role=dialog]")
        && (node.matches("[role=alert]") ? node : node.querySelector("[role=alert]"));
    if (wrong) wrong.scrollIntoView({ block: "nearest" });
};

// Where all panels of a page fail alike, one of them says it for all.
let isChecked = false;
const checkAlike = () => {
    isChecked = false;
    const panels = document.querySelector(".panels");
    if (!panels) return;
    const said = [...panels.querySelectorAll(".panel")].map((panel) => {
        const wrong = panel.querySelector(":scope .panel-inside > div [role=alert]");
        const text = wrong ? wrong.textContent : "";
        return text.replace(/(permission denied for \w+) \S+/, "$1");
    });
    const isAlike = said.length > 1 && said[0] !== "" && said.every((text) => text === said[0]);
    panels.classList.toggle("alike", isAlike);
};
new MutationObserver((found) => {
    found.forEach(({ addedNodes }) => addedNodes.forEach(showWrong));
    if (!isChecked) window.requestAnimationFrame(checkAlike);
    isChecked = true;
}).observe(document.documentElement, { childList: true, subtree: true });

// What its links and buttons do.
document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    if (button) {
        const { action, key } = button.dataset;
        const data = { name: action, key: key || "", at: Date.now() };
        window.dash_clientside.set_props("asked", { data });
    }
    if (event.target.closest("button.dismiss")) dismiss();
    if (event.target.closest("button.refresh")) {
        // As after an action: all panels ask again.
        window.dash_clientside.set_props("changed", { data: Date.now() });
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
            const { requests_pathname_prefix: root } = JSON.parse(
                document.getElementById("_dash-config").textContent,
            );
            const name = (path || "").slice(root.length).replaceAll("/", "") || "overview";
            document.title = `${name[0].toUpperCase()}${name.slice(1)} · pgkit`;
            return window.dash_clientside.no_update;
        },
        // What an action did is read in a few seconds.
        fade: (children) => {
            window.clearTimeout(fading);
            if (children) fading = window.setTimeout(dismiss, 1000 * SECONDS_OF_TOAST);
            return window.dash_clientside.no_update;
        },
    },
});

// A page whose token has expired shows old numbers without saying so. The form to log in says it.
const fetchBefore = window.fetch;

// Nor does one whose server is gone. What is below is then of before, until it answers again.
let isLost = false;
// When the server answered last.
let updated = "";
const tell = (lost) => {
    if (lost === isLost || !window.dash_clientside.set_props) return;
    isLost = lost;
    const since = new Date().toISOString().slice(11, 16);
    const children = lost
        ? `The dashboard does not answer since ${since} UTC, so numbers are from before. It is`
            + " asked again every minute; is pgkit dashboard running?"
        : null;
    window.dash_clientside.set_props("lost", { children });
};
window.fetch = async (...given) => {
    let answer;
    try {
        answer = await fetchBefore(...given);
    } catch (error) {
        tell(true);
        throw error;
    }
    tell(answer.status >= 500);
    if (answer.ok && window.dash_clientside.set_props) {
        const children = `Updated ${new Date().toISOString().slice(11, 16)} UTC`;
        if (children !== updated && document.getElementById("updated")) {
            updated = children;
            window.dash_clientside.set_props("updated", { children });
        }
    }
    if (answer.status === 401) window.location.reload();
    return answer;
};
