// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "isolate.h"

#include <portrait/sink.h>

#include "proxies.h"

static pt_status create(const struct component_info *component, const pt_host *host,
                        const void *config, void **self, struct pt_error *err)
{
    return component->kind == PT_KIND_SOURCE
               ? source_proxy_create(component, host, config, self, err)
               : sink_proxy_create(component, host, config, self, err);
}

void isolation_init(struct isolation *out, const struct isolate_settings *settings)
{
    *out = (struct isolation){
        .proxy = {.ctx = out,
                  .create = create,
                  .source = source_proxy_vtable(),
                  .file_sink = sink_proxy_vtable(false),
                  .delivery_sink = sink_proxy_vtable(true)},
        .settings = *settings,
    };
}
