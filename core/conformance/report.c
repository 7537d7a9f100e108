// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reports: lines for people, one JSON object, JUnit's XML (as Jenkins and GitLab read it).
#include "conformance.h"
#include "digest.h"
#include "json.h"

static const char *verdict_name(enum conformance_verdict verdict)
{
    static const char *const names[] = {"passed", "failed", "skipped"};
    return names[verdict];
}

static void put_owner(struct str *out, const struct conformance_result *r)
{
    if (r->component == NULL) {
        str_add(out, "file");
    } else {
        str_addf(out, "%s %s", kind_name(r->component->kind), r->component->name);
    }
}

static void put_indented(struct str *out, const char *message)
{
    for (const char *at = message; at != NULL && *at != '\0';) {
        const char *end = strchr(at, '\n');
        size_t n = end == NULL ? strlen(at) : (size_t)(end - at);
        str_add(out, "    ");
        str_add_n(out, at, n);
        str_add_char(out, '\n');
        at = end == NULL ? NULL : end + 1;
    }
}

static void report_text(const struct conformance *c, struct str *out)
{
    if (c->failure != NULL) {
        str_addf(out, "%s cannot be loaded: %s\n", c->info.path, c->failure);
        return;
    }
    str_addf(out, "%s %s (%s)\n", c->info.id, c->info.version, c->info.path);
    for (size_t i = 0; i < c->n; i++) {
        const struct conformance_result *r = &c->results[i];
        str_addf(out, "%-7s ", verdict_name(r->verdict));
        put_owner(out, r);
        str_addf(out, ": %s: %s\n", r->check, r->about);
        put_indented(out, r->message);
    }
    str_addf(out, "checks=%zu passed=%zu failed=%zu skipped=%zu\n", c->n,
             c->n - c->n_failed - c->n_skipped, c->n_failed, c->n_skipped);
}

static void put_text(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_put_str(w, value);
}

static void put_count(struct json_writer *w, const char *key, size_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

static void put_result(struct json_writer *w, const struct conformance_result *r)
{
    json_begin_object(w);
    put_text(w, "kind", r->component == NULL ? NULL : kind_name(r->component->kind));
    put_text(w, "component", r->component == NULL ? NULL : r->component->name);
    put_text(w, "check", r->check);
    put_text(w, "about", r->about);
    put_text(w, "result", verdict_name(r->verdict));
    put_text(w, "message", r->message);
    json_key(w, "seconds");
    json_put_f64(w, r->seconds);
    json_end_object(w);
}

static void report_json(const struct conformance *c, struct str *out)
{
    struct json_writer w = json_writer_of(out, true);
    json_begin_object(&w);
    put_text(&w, "command", "plugins check");
    put_text(&w, "file", c->info.path);
    put_text(&w, "sha256", c->info.sha256);
    put_text(&w, "plugin", c->info.id);
    put_text(&w, "version", c->info.version);
    put_text(&w, "failure", c->failure);
    put_count(&w, "checks", c->n);
    put_count(&w, "failed", c->n_failed);
    put_count(&w, "skipped", c->n_skipped);
    json_key(&w, "results");
    json_begin_array(&w);
    for (size_t i = 0; i < c->n; i++) {
        put_result(&w, &c->results[i]);
    }
    json_end_array(&w);
    json_end_object(&w);
    str_add_char(out, '\n');
}

// XML 1.0 has no place for other control characters, escaped or not.
static void put_xml(struct str *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        switch (*p) {
        case '&':
            str_add(out, "&amp;");
            break;
        case '<':
            str_add(out, "&lt;");
            break;
        case '>':
            str_add(out, "&gt;");
            break;
        case '"':
            str_add(out, "&quot;");
            break;
        case '\n':
            str_add(out, "&#10;");
            break;
        default:
            str_add_char(out, (unsigned char)*p < ' ' ? '?' : *p);
        }
    }
}

static void put_case(struct str *out, const struct conformance *c,
                     const struct conformance_result *r)
{
    str_add(out, "    <testcase classname=\"");
    put_xml(out, c->info.id);
    str_add(out, ".");
    put_xml(out, r->component == NULL ? "file" : r->component->name);
    str_addf(out, "\" name=\"%s\" time=\"%.3f\"", r->check, r->seconds);
    if (r->verdict == CONFORMANCE_PASSED) {
        str_add(out, "/>\n");
        return;
    }
    str_addf(out, ">\n      <%s message=\"",
             r->verdict == CONFORMANCE_FAILED ? "failure" : "skipped");
    put_xml(out, r->message);
    str_add(out, "\"/>\n    </testcase>\n");
}

static void report_junit(const struct conformance *c, struct str *out)
{
    const char *name = c->failure == NULL ? c->info.id : c->info.path;
    str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"");
    put_xml(out, name);
    str_addf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"%zu\">\n",
             c->failure == NULL ? c->n : 1, c->n_failed, c->failure != NULL, c->n_skipped);
    if (c->failure != NULL) {
        str_add(out, "    <testcase classname=\"file\" name=\"load\">\n      <error message=\"");
        put_xml(out, c->failure);
        str_add(out, "\"/>\n    </testcase>\n");
    }
    for (size_t i = 0; i < c->n; i++) {
        put_case(out, c, &c->results[i]);
    }
    str_add(out, "  </testsuite>\n</testsuites>\n");
}

bool conformance_report(const struct conformance *c, enum conformance_format format,
                        struct str *out)
{
    switch (format) {
    case CONFORMANCE_TEXT:
        report_text(c, out);
        break;
    case CONFORMANCE_JSON:
        report_json(c, out);
        break;
    case CONFORMANCE_JUNIT:
        report_junit(c, out);
        break;
    }
    return !out->failed;
}
