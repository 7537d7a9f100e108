// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_config.h"

#include <stddef.h>

static const pt_option template_row = {.struct_size = sizeof(pt_option),
                                       .type = PT_OPT_STRING,
                                       .flags = PT_OPTF_AFFECTS_RESULT,
                                       .name = "template",
                                       .help = "Path that begins with /; {name} takes one segment, "
                                               "{name*} the rest.",
                                       .example = "/product/{sku}"};
static const pt_option *const template_rows[] = {&template_row};

static const pt_option parameter_row = {.struct_size = sizeof(pt_option),
                                        .type = PT_OPT_STRING,
                                        .flags = PT_OPTF_AFFECTS_RESULT,
                                        .name = "parameter",
                                        .help = "Name of a query parameter.",
                                        .example = "utm_source"};
static const pt_option *const parameter_rows[] = {&parameter_row};

static const pt_option bot_row = {.struct_size = sizeof(pt_option),
                                  .type = PT_OPT_STRING,
                                  .flags = PT_OPTF_AFFECTS_RESULT,
                                  .name = "text",
                                  .help = "Part of a user agent, upper and lower case alike.",
                                  .example = "curl/"};
static const pt_option *const bot_rows[] = {&bot_row};

static const pt_option member_row = {.struct_size = sizeof(pt_option),
                                     .type = PT_OPT_STRING,
                                     .flags = PT_OPTF_AFFECTS_RESULT,
                                     .name = "member",
                                     .help = "Names of nested members joined by dots; an array "
                                             "stands for its first element.",
                                     .example = "request.headers.User-Agent"};
static const pt_option *const member_rows[] = {&member_row};

static const char *const prefix_choices[] = {"auto", "none", "syslog", "container", "compose"};

static const pt_option path_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_INPUT,
                                      .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct weblog_config, path),
                                      .name = "path",
                                      .help = "Log files: a path or a glob; .gz and .zst are "
                                              "unpacked.",
                                      .example = "logs/access*.log*"};

static const pt_option format_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, format),
    .name = "format",
    .help =
        "How a line is written: auto, a preset (common, combined, nginx, nginx-main, vhost, "
        "alb, elb, cloudfront, iis, "
        "traefik, w3c, json, nginx-json, caddy, traefik-json, cloudflare, envoy), a preset with "
        "a tail, or Apache or nginx directives.",
    .default_text = "auto",
    .example = "combined \"uid=%{uid}\""};

static const pt_option pages_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, pages),
    .name = "pages",
    .help = "Page names and their path templates: columns `page` and one a capture. The first that "
            "matches the whole path wins.",
    .n_fields = 1,
    .fields = template_rows,
    .elem_size = sizeof(const char *),
    .example = "{product: \"/product/{sku}\", cart: /cart/add}"};

static const pt_option query_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, query),
    .name = "query",
    .help = "Query parameters that become columns query_<name>, percent escapes undone.",
    .n_fields = 1,
    .fields = parameter_rows,
    .elem_size = sizeof(const char *),
    .example = "[cid, utm_source]"};

static const pt_option bots_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_LIST,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, bots),
    .name = "bots",
    .help = "Texts that tell a robot's user agent (column `bot`); without it, the built-in list.",
    .n_fields = 1,
    .fields = bot_rows,
    .elem_size = sizeof(const char *),
    .example = "[bot, spider, crawl, curl/]"};

static const pt_option fields_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_MAP,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, fields),
    .name = "fields",
    .help = "JSON formats: column -> member, before the preset's own. Other names than the "
            "standard columns become text columns; duration_s, duration_us and duration_ns feed "
            "duration_ms, uri feeds path and query.",
    .n_fields = 1,
    .fields = member_rows,
    .elem_size = sizeof(const char *),
    .example = "{user: user.id, tenant: labels.tenant}"};

static const pt_option skip_option = {.struct_size = sizeof(pt_option),
                                      .type = PT_OPT_I64,
                                      .flags = PT_OPTF_AFFECTS_RESULT,
                                      .offset = offsetof(struct weblog_config, skip_lines),
                                      .name = "skip_lines",
                                      .help = "Lines left out at the start of every file.",
                                      .unit = "lines",
                                      .default_text = "0",
                                      .i_min = 0,
                                      .i_max = 1000,
                                      .example = "1"};

static const pt_option prefix_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, prefix),
    .name = "prefix",
    .help = "What a collector put before every line: syslog (time, host, tag), container (time, "
            "stdout, F), compose (service |); auto looks at the first lines.",
    .default_text = "auto",
    .choices = prefix_choices,
    .n_choices = 5,
    .example = "syslog"};

static const pt_option missing_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_BOOL,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, allow_missing),
    .name = "allow_missing",
    .help = "Lines may end before their last fields (these are NULL) or go on behind them; "
            "otherwise such lines are rejected.",
    .default_text = "false",
    .example = "true"};

static const pt_option offset_option = {.struct_size = sizeof(pt_option),
                                        .type = PT_OPT_STRING,
                                        .flags = PT_OPTF_AFFECTS_RESULT,
                                        .offset = offsetof(struct weblog_config, utc_offset),
                                        .name = "utc_offset",
                                        .help = "Offset from UTC of times written without a zone "
                                                "(not of W3C times: those are UTC).",
                                        .default_text = "+00:00",
                                        .pattern = "[+-][0-9]{2}:[0-9]{2}",
                                        .example = "+08:00"};

static const pt_option date_format_option = {
    .struct_size = sizeof(pt_option),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .offset = offsetof(struct weblog_config, date_format),
    .name = "date_format",
    .help = "GoAccess' date-format, of %d and %x; with it or time_format, `format` is a GoAccess "
            "log-format.",
    .example = "%d/%b/%Y"};

static const pt_option time_format_option = {.struct_size = sizeof(pt_option),
                                             .type = PT_OPT_STRING,
                                             .flags = PT_OPTF_AFFECTS_RESULT,
                                             .offset = offsetof(struct weblog_config, time_format),
                                             .name = "time_format",
                                             .help = "GoAccess' time-format, of %t.",
                                             .example = "%H:%M:%S"};

const pt_option *const weblog_options[WEBLOG_N_OPTIONS] = {
    &path_option,    &format_option, &pages_option,       &query_option,
    &bots_option,    &fields_option, &skip_option,        &prefix_option,
    &missing_option, &offset_option, &date_format_option, &time_format_option};
