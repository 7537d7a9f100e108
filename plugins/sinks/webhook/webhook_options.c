// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "webhook_options.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "pt_mem.h"

#define ROW(member)                                                                                \
    .struct_size = sizeof(pt_option), .offset = offsetof(struct webhook_config, member)

static const pt_option column_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_COLUMN,
    .name = "column",
    .help = "A column, derived value, model output or identifier namespace, or `profile`.",
};
static const pt_option *const column_rows[] = {&column_row};

static const pt_option header_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .name = "value",
    .help = "The header's value.",
    .pattern = "[^[:cntrl:]]*",
};
static const pt_option *const header_rows[] = {&header_row};

static const pt_option secret_row = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_SECRET,
    .flags = PT_OPTF_SECRET,
    .name = "value",
    .help = "The secret that is the header's value.",
};
static const pt_option *const secret_rows[] = {&secret_row};

static const pt_option url_row = {
    ROW(url),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
    .name = "url",
    .help = "Where the messages are posted.",
    .pattern = "https?://[^[:cntrl:][:space:]]+",
    .example = "https://hooks.example/campaign",
};
static const pt_option key_row = {
    ROW(signing_key),
    .type = PT_OPT_SECRET,
    .flags = PT_OPTF_SECRET,
    .name = "signing_key",
    .help = "Key of the Standard Webhooks signature: `whsec_` and base64, or any text.",
    .example = "${secret:hook_key}",
};
static const pt_option batch_row = {
    ROW(batch),
    .type = PT_OPT_I64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "batch",
    .help = "People in one message.",
    .unit = "people",
    .default_text = "100",
    .i_min = 1,
    .i_max = 10000,
};
static const pt_option type_row = {
    ROW(type),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "type",
    .help = "The message's type, words with full stops between.",
    .default_text = "campaign.recipients",
    .pattern = "[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*",
};
static const pt_option columns_row = {
    ROW(columns),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "columns",
    .help = "Field name and the column it holds, in this order; all columns unless given.",
    .fields = column_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "{email: email, score: intent.p}",
};
static const pt_option headers_row = {
    ROW(headers),
    .type = PT_OPT_MAP,
    .name = "headers",
    .help = "Further request headers.",
    .fields = header_rows,
    .n_fields = 1,
    .elem_size = sizeof(const char *),
    .example = "{x-campaign: spring}",
};
static const pt_option secret_headers_row = {
    ROW(secret_headers),           .type = PT_OPT_MAP,
    .name = "secret_headers",      .help = "Further request headers whose values are secrets.",
    .fields = secret_rows,         .n_fields = 1,
    .elem_size = sizeof(uint32_t), .example = "{authorization: \"${secret:hook_token}\"}",
};
static const pt_option http_row = {
    ROW(allow_http),         .type = PT_OPT_BOOL,
    .name = "allow_http",    .help = "Permit a URL without encryption.",
    .default_text = "false",
};
static const pt_option private_row = {
    ROW(allow_private),      .type = PT_OPT_BOOL,
    .name = "allow_private", .help = "Permit loopback, private and link-local addresses.",
    .default_text = "false",
};
static const pt_option timeout_row = {
    ROW(timeout_ms),       .type = PT_OPT_DURATION,
    .name = "timeout",     .help = "How long one request may take in all.",
    .default_text = "15s", .i_min = 100,
    .i_max = 300000,
};
static const pt_option attempts_row = {
    ROW(max_attempts),
    .type = PT_OPT_I64,
    .name = "max_attempts",
    .help = "Requests for one message until it is left for `deliver`.",
    .unit = "requests",
    .default_text = "5",
    .i_min = 1,
    .i_max = 20,
};

const pt_option *const webhook_options[WEBHOOK_OPTIONS] = {
    &url_row,     &key_row,     &batch_row,          &type_row,
    &columns_row, &headers_row, &secret_headers_row, &http_row,
    &private_row, &timeout_row, &attempts_row,
};

// A token of RFC 9110 section 5.6.2.
static bool is_token(const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        if (!(isalnum((unsigned char)*p) || strchr("!#$%&'*+-.^_`|~", *p) != NULL)) {
            return false;
        }
    }
    return name[0] != '\0';
}

// Headers this plugin or the host writes itself.
static bool is_reserved(const char *name)
{
    static const char *const own[] = {
        "host",   "content-length", "content-type", "user-agent", "transfer-encoding",
        "expect", "connection",     "keep-alive",   "te",         "trailer",
        "upgrade"};
    for (uint32_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcasecmp(name, own[i]) == 0) {
            return true;
        }
    }
    return strncasecmp(name, "webhook-", 8) == 0 || strncasecmp(name, "proxy-", 6) == 0;
}

static pt_status check_names(const pt_host *host, const pt_map *map, const char *option,
                             pt_error *err)
{
    for (uint32_t i = 0; i < map->n; i++) {
        if (!is_token(map->keys[i])) {
            return pt_fail(host, err, PT_E_CONFIG, option, "`%s` is no name of a header",
                           map->keys[i]);
        }
        if (is_reserved(map->keys[i])) {
            return pt_fail(host, err, PT_E_CONFIG, option,
                           "header `%s` is written by webhook itself", map->keys[i]);
        }
    }
    return PT_OK;
}

pt_status webhook_options_validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct webhook_config *c = config;
    if (strncmp(c->url, "https://", 8) != 0 && !c->allow_http) {
        return pt_fail(host, err, PT_E_CONFIG, "url",
                       "the URL is not https; `allow_http: true` permits it");
    }
    for (uint32_t i = 0; i < c->columns.n; i++) {
        const char *name = c->columns.keys[i];
        if (strcmp(name, "id") == 0 || strcmp(name, "profile") == 0) {
            return pt_fail(host, err, PT_E_CONFIG, "columns",
                           "`%s` is written for every person already; choose another name", name);
        }
    }
    pt_status status = check_names(host, &c->headers, "headers", err);
    return status == PT_OK ? check_names(host, &c->secret_headers, "secret_headers", err) : status;
}
