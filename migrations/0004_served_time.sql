CREATE TABLE `counters` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `jobs` ADD `accepted_served_ms` integer DEFAULT 0 NOT NULL;