// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Options of webhook: the struct the host fills and the rows it fills it by.
#ifndef WEBHOOK_OPTIONS_H
#define WEBHOOK_OPTIONS_H

#include <portrait/plugin.h>

struct webhook_config {
    const char *url;
    uint32_t signing_key; // a secret's handle, 0 = none
    uint8_t allow_http;
    uint8_t allow_private;
    int64_t batch;
    const char *type;
    pt_map columns;        // the host resolves them: batches come with these columns and names
    pt_map headers;        // const char *
    pt_map secret_headers; // uint32_t handles
    int64_t timeout_ms;
    int64_t max_attempts;
};

#define WEBHOOK_OPTIONS 11

extern const pt_option *const webhook_options[WEBHOOK_OPTIONS];

// Rules over several options; also header names, which no single row can check.
pt_status webhook_options_validate(const pt_host *host, const void *config, pt_error *err);

#endif
