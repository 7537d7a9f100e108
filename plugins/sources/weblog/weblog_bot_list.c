// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-FileCopyrightText: 2017 Martin Monperrus and contributors of crawler-user-agents
// SPDX-License-Identifier: Apache-2.0 AND MIT
// The built-in list of robots: general words first, then names the words miss, both chosen from the
// patterns of https://github.com/monperrus/crawler-user-agents (MIT; see README.md).
#include "weblog_bot.h"

static const char *const words[] = {
    // what robots call themselves
    "bot", "spider", "crawl", "slurp", "scan", "fetch", "scrap", "monitor", "uptime", "validator",
    "preview", "archiv", "feed", "check", "probe", "inspect", "search", "agent", "indexer",
    "synthetic", "snapshot", "favicon", "http://", "https://", "+http", "www.", ".com", ".io",
    ".org", "@", "webhook", "parser", "newspaper", "site-verif", "optimize", "proxy", "cloudf",
    // libraries and tools
    "curl", "wget", "python", "java/", "(java)", "okhttp", "go-http", "libwww", "lwp-",
    "httpclient", "http-client", "httpunit", "http_get", "httpie", "httrack", "axios", "ruby",
    "perl", "php/", "ahc/", "jetty", "jersey", "colly", "pcore-http", "indy library",
    // browsers driven by programs
    "headless", "phantomjs", "playwright", "selenium", "puppeteer", "webdriver", "lighthouse",
    "ptst", "gtmetrix", "splash version", "ylt chrome", "dareboost", "collapsify",
    // security tools
    "nikto", "nmap", "sqlmap", "zgrab", "masscan", "acunetix", "openvas", "zmeu", "whatweb",
    "watchtowr", "l9explore", "fastdast", "hardenize", "securityheaders", "asnrisk", "netcraft",
    "blackduck", "bitdiscovery", "foregenix", "ssldetector", "digicert", "google-certificates",
    // companies and services
    "facebookexternalhit", "facebookcatalog", "meta-externalads", "mediapartners", "google-",
    "googleother", "googleassociationservice", "whatsapp", "pingdom", "zabbix", "nodeping",
    "catchpoint", "panopta", "uptrends", "rigor)", "appinsights", "netvigie", "blackbox exporter",
    "hatena", "coccoc", "daumoa", "ichiro", "nuzzel", "disqus", "embedly", "tumblr", "bluesky",
    "metauri", "biglotron", "gigablast", "larbin", "a6-index", "magellan", "owler", "radar",
    "meltwater", "brandwatch", "sindup", "silktide", "attracta", "marketgoo", "datanyze",
    "outbrain", "trendsmap", "evc-batch", "w3c_", "w3c-", "safeassign", "venus/", "blogtrottr",
    "openrss", "nextcloud", "webcopier", "webcapture", "download ninja", "rb.gy", "bit.ly",
    "anthropic", "cohere-ai", "newsai", "bigsur.ai", "manus-user", "knowledge ai", "zapier",
    "sendgrid", "sparkpost", "klaviyo", "omnisend", "snipcart", "metorik", "managewp", "wpumbrella",
    "vaultpress", "funnelback", "imgproxy", "keycdn", "github-camo", "pdf24", "penthouse",
    "sfdc-callout", "onetrust", "termly", "cookiehub", "abuse.", "upday", "upflow"};

const char *const *weblog_bot_builtin(uint32_t *n)
{
    *n = sizeof words / sizeof words[0];
    return words;
}
