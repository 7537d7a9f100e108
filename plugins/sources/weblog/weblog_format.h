// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a log line is made of. A format is compiled once into fixed arrays (no memory of its own);
// parsing a line by it gives a record: one span of the line's bytes a field.
#ifndef WEBLOG_FORMAT_H
#define WEBLOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBLOG_FIELDS_MAX 64u
#define WEBLOG_STEPS_MAX 160u
#define WEBLOG_POOL_BYTES 8192u
#define WEBLOG_NAME_MAX 63u // bytes of a column's name

enum weblog_kind {
    WEBLOG_TEMPLATE = 1, // literal text and fields in turn
    WEBLOG_W3C,          // names in #Fields lines
    WEBLOG_JSON,         // an object a line
};

// What a field means. One field of a format has each role but SKIP and TEXT.
enum weblog_role {
    WEBLOG_SKIP = 0,
    WEBLOG_TIME,
    WEBLOG_DATE,
    WEBLOG_CLOCK,
    WEBLOG_IP,
    WEBLOG_IDENT,
    WEBLOG_USER,
    WEBLOG_REQUEST, // GET /a?b HTTP/1.1
    WEBLOG_METHOD,
    WEBLOG_URI, // path and query
    WEBLOG_PATH,
    WEBLOG_QUERY,
    WEBLOG_PROTOCOL,
    WEBLOG_STATUS,
    WEBLOG_BYTES,
    WEBLOG_REFERER,
    WEBLOG_USER_AGENT,
    WEBLOG_VHOST, // host or host:port
    WEBLOG_PORT,
    WEBLOG_DURATION,
    WEBLOG_BYTES_IN,
    WEBLOG_BYTES_OUT,
    WEBLOG_TEXT, // kept under the field's own name
    WEBLOG_ROLES,
};

// How a time is written.
enum weblog_clock {
    WEBLOG_CLOCK_ANY = 0, // RFC 3339, Apache's, or an epoch in s, ms, us or ns by its size
    WEBLOG_CLOCK_CLF,
    WEBLOG_CLOCK_ISO,
    WEBLOG_CLOCK_S,
    WEBLOG_CLOCK_MS,
    WEBLOG_CLOCK_US,
    WEBLOG_CLOCK_PATTERN, // strftime letters, in the format's pool
};

// Prefixes that a collector puts before every line.
enum weblog_prefix {
    WEBLOG_PREFIX_NONE = 0,
    WEBLOG_PREFIX_SYSLOG,    // Sep 15 16:13:46 host tag[12]:
    WEBLOG_PREFIX_CONTAINER, // 2025-12-31T17:37:40.49+01:00 stdout F
    WEBLOG_PREFIX_COMPOSE,   // service  |
    WEBLOG_PREFIXES,
};

// Bytes in the format's pool.
struct weblog_text {
    uint16_t at;
    uint16_t n;
};

struct weblog_field {
    enum weblog_role role;
    enum weblog_clock clock; // TIME
    double unit_ms;          // DURATION: milliseconds a unit
    struct weblog_text name; // column (TEXT); else what messages call it
    struct weblog_text path; // JSON: where it lies; W3C: its name in #Fields; TIME: the pattern
};

enum weblog_mode {
    WEBLOG_STEP_LITERAL = 1, // the text must follow
    WEBLOG_STEP_UNTIL,       // a field that ends where the text begins
    WEBLOG_STEP_WORD,        // a field up to the first blank; the text begins with it
    WEBLOG_STEP_INSIDE,      // the same, inside quotes: no bare quote may lie in it
    WEBLOG_STEP_QUOTED,      // a field up to an unescaped quote; the text begins with that quote
    WEBLOG_STEP_REST,        // a field up to the end of the line
    WEBLOG_STEP_DASH,        // `-` alone here makes the fields up to step `skip` NULL
};

struct weblog_step {
    enum weblog_mode mode;
    uint8_t field;
    uint8_t eat;   // bytes of the text that belong to this step: all or none
    uint8_t skip;  // DASH: the step behind the item
    uint8_t until; // DASH: byte that must follow the dash
    struct weblog_text text;
};

struct weblog_format {
    enum weblog_kind kind;
    enum weblog_prefix prefix;
    bool allow_missing;  // a line may end at the end of any field; the rest is NULL
    bool starts_quoted;  // the template begins with a quote
    bool is_encoded;     // W3C: values are percent-encoded (CloudFront)
    bool is_balancer;    // a load balancer's: addresses with ports, absolute targets, an open end
    uint32_t n_required; // steps that a line of a balancer must have
    uint32_t n_fields;
    uint32_t n_steps;
    uint32_t n_pool;
    int8_t by_role[WEBLOG_ROLES]; // field, -1 = none
    struct weblog_field fields[WEBLOG_FIELDS_MAX];
    struct weblog_step steps[WEBLOG_STEPS_MAX];
    char pool[WEBLOG_POOL_BYTES];
};

enum weblog_escape {
    WEBLOG_PLAIN = 0,
    WEBLOG_BACKSLASH, // Apache and nginx: \" \\ \n \t \xHH
    WEBLOG_JSON_TEXT,
    WEBLOG_PLUS,          // IIS writes a blank as +
    WEBLOG_DOUBLED,       // "" is a quote
    WEBLOG_PERCENT,       // %20 is a blank
    WEBLOG_PERCENT_TWICE, // and what is %20 then, too
};

// A field's bytes in the line; p = NULL means NULL.
struct weblog_span {
    const uint8_t *p;
    uint32_t n;
    enum weblog_escape escape;
};

struct weblog_record {
    struct weblog_span field[WEBLOG_FIELDS_MAX];
};

// Why a line is no record: a fixed phrase, and the field it is about (-1 = the line).
struct weblog_reason {
    const char *text; // NULL = the line is good
    int32_t field;
};

// Why a format text cannot be used.
struct weblog_fault {
    char text[256];
    uint32_t at; // byte of the format text, from 0
};

// An empty format of the kind.
void weblog_format_init(struct weblog_format *f, enum weblog_kind kind);
// Keeps text in the pool; false when it is full.
bool weblog_format_keep(struct weblog_format *f, const char *text, size_t n,
                        struct weblog_text *out);
// Adds a field and returns its index, -1 when there is no room. A role that is taken becomes SKIP.
// `name` NULL = the role's own.
int32_t weblog_format_field(struct weblog_format *f, enum weblog_role role, const char *name,
                            size_t n);
// The name under which a role's value appears in messages ("status"); "" for SKIP and TEXT.
const char *weblog_role_name(enum weblog_role role);
// Role of a column name as a field map writes it; WEBLOG_TEXT when it is no role's.
enum weblog_role weblog_role_find(const char *name, double *unit_ms);

// True when text may follow the last field.
static inline bool weblog_format_is_open(const struct weblog_format *f)
{
    return f->allow_missing || f->is_balancer;
}

// True when a line may end before step `step`.
static inline bool weblog_format_may_end(const struct weblog_format *f, uint32_t step)
{
    return f->allow_missing || (f->is_balancer && step >= f->n_required);
}

const char *weblog_format_text(const struct weblog_format *f, struct weblog_text text, size_t *n);
// A column's name: letters, digits and _, not a digit first, at most WEBLOG_NAME_MAX bytes.
bool weblog_name_is_good(const char *name, size_t n);

#endif
