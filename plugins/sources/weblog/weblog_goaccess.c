// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_goaccess.h"

#include <stdio.h>
#include <string.h>

struct letter {
    char letter;
    const char *ours;
};

static const struct letter letters[] = {{'h', "%h"},
                                        {'e', "%u"},
                                        {'v', "%v"},
                                        {'r', "%r"},
                                        {'m', "%m"},
                                        {'U', "%U"},
                                        {'q', "%q"},
                                        {'H', "%H"},
                                        {'s', "%s"},
                                        {'b', "%b"},
                                        {'R', "%{Referer}i"},
                                        {'u', "%{User-Agent}i"},
                                        {'D', "%{duration_us}"},
                                        {'T', "%{duration_s}"},
                                        {'L', "%{duration_ms}"},
                                        {'n', "%{duration_ns}"},
                                        {'C', "%{cache_status}"},
                                        {'M', "%{mime_type}"},
                                        {'K', "%{tls_protocol}"},
                                        {'k', "%{tls_cipher}"},
                                        {'^', "%^"},
                                        {'%', "%%"}};

struct translation {
    const struct weblog_goaccess *in;
    struct weblog_fault *fault;
    char *out;
    size_t n;
    bool has_date;
    bool has_time;
};

static bool fail(struct translation *t, const char *why)
{
    snprintf(t->fault->text, sizeof t->fault->text, "%s", why);
    return false;
}

static bool put(struct translation *t, const char *text)
{
    size_t n = strlen(text);
    if (n >= WEBLOG_GOACCESS_MAX - t->n) {
        return fail(t, "format: too long");
    }
    memcpy(t->out + t->n, text, n + 1);
    t->n += n;
    return true;
}

static bool put_time(struct translation *t, const char *kind, const char *pattern)
{
    if (strchr(pattern, '}') != NULL) {
        return fail(t, "a date_format or time_format cannot hold a }");
    }
    return put(t, "%{") && put(t, kind) && put(t, pattern) && put(t, "}t");
}

// %x: date and time together. GoAccess' own conversions for counted time are %f and %*.
static bool put_moment(struct translation *t)
{
    const char *date = t->in->date_format;
    const char *time = t->in->time_format;
    if (date == NULL || (time != NULL && strcmp(date, time) != 0)) {
        return fail(t, "date_format: %x takes date and time from date_format; leave time_format "
                       "out, or give both the same");
    }

    static const struct {
        const char *theirs;
        const char *ours;
    } counted[] = {{"%s", "sec"}, {"%*", "msec"}, {"%f", "usec"}};

    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        if (strcmp(date, counted[i].theirs) == 0) {
            return put_time(t, "", counted[i].ours);
        }
    }
    return put_time(t, "", date);
}

static bool put_letter(struct translation *t, char c)
{
    switch (c) {
    case 'x':
        t->has_date = t->has_time = true;
        return put_moment(t);
    case 'd':
        t->has_date = true;
        return t->in->date_format == NULL ? fail(t, "date_format: %d needs it")
                                          : put_time(t, "date:", t->in->date_format);
    case 't':
        t->has_time = true;
        return t->in->time_format == NULL ? fail(t, "time_format: %t needs it")
                                          : put_time(t, "time:", t->in->time_format);
    default:
        break;
    }
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == c) {
            return put(t, letters[i].ours);
        }
    }
    snprintf(t->fault->text, sizeof t->fault->text,
             "format: `%%%c` is no specifier of a GoAccess log-format, or none that is read here",
             c);
    return false;
}

bool weblog_goaccess_translate(const struct weblog_goaccess *in, char out[WEBLOG_GOACCESS_MAX],
                               struct weblog_fault *fault)
{
    struct translation t = {.in = in, .fault = fault, .out = out};
    out[0] = '\0';
    for (const char *p = in->log_format; *p != '\0'; p++) {
        bool is_good = true;
        if (*p == '%' && p[1] != '\0') {
            is_good = put_letter(&t, *++p);
        } else if (*p == '$') { // begins a variable in ours
            is_good = put(&t, "\\$");
        } else {
            is_good = put(&t, (char[]){*p, '\0'});
        }
        if (!is_good) {
            return false;
        }
    }
    return t.has_date == t.has_time || fail(&t, "format: %d and %t belong together");
}
