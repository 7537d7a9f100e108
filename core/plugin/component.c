// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "component.h"

#include <portrait/sink.h>
#include <portrait/source.h>

static const void *proxy_vtable(const struct component_info *c, const struct component_proxy *proxy)
{
    if (c->kind == PT_KIND_SOURCE) {
        return proxy->source;
    }
    return (c->caps & PT_CAP_DELIVERY) != 0 ? proxy->delivery_sink : proxy->file_sink;
}

void component_isolate(struct component_info *component, const struct component_proxy *proxy)
{
    component->vtable = proxy_vtable(component, proxy);
    component->proxy = proxy;
    component->validate = NULL; // the child does it
}

pt_status component_create(const struct component_info *component, const pt_host *host,
                           const void *config, void **self, struct pt_error *err)
{
    if (component->proxy != NULL) {
        return component->proxy->create(component, host, config, self, err);
    }
    if (component->kind == PT_KIND_SOURCE) {
        return ((const pt_source_vtable *)component->vtable)->create(host, config, self, err);
    }
    return ((const pt_sink_vtable *)component->vtable)->create(host, config, self, err);
}
