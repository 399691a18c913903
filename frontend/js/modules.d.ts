declare module "htmx-ext-ws";
