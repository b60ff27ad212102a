CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`platform` text NOT NULL,
	`person_id` integer NOT NULL,
	`conversation` text,
	`address` text,
	`way` text,
	`end` text,
	`refusals` text DEFAULT '[]' NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deliveries_by_job` ON `deliveries` (`job_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_person` ON `deliveries` (`person_id`,`end`);--> statement-breakpoint
CREATE INDEX `deliveries_by_end` ON `deliveries` (`end`);--> statement-breakpoint
CREATE TABLE `delivery_steps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_id` text NOT NULL,
	`name` text NOT NULL,
	`makes` text,
	`state` text NOT NULL,
	`value` text,
	`at` integer NOT NULL,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `delivery_steps_once` ON `delivery_steps` (`delivery_id`,`name`);--> statement-breakpoint
-- What each job had posted becomes its delivery and the steps by which that was made.
INSERT INTO `deliveries` (`id`, `job_id`, `platform`, `person_id`, `address`, `end`, `ended_at`)
SELECT `jobs`.`id`, `jobs`.`id`, `jobs`.`platform`, `jobs`.`person_id`, `messages`.`address`,
	CASE
		WHEN EXISTS (SELECT 1 FROM `outbox` WHERE `outbox`.`job_id` = `jobs`.`id`) THEN NULL
		WHEN `jobs`.`removed_at` IS NOT NULL THEN 'removed'
		WHEN `jobs`.`finished_at` IS NOT NULL THEN 'arrived'
	END,
	`jobs`.`finished_at`
FROM `jobs` LEFT JOIN `messages` ON `messages`.`job_id` = `jobs`.`id`;--> statement-breakpoint
INSERT INTO `delivery_steps` (`delivery_id`, `name`, `makes`, `state`, `value`, `at`)
SELECT `id`, 'card', 'message', 'done', json_extract(`address`, '$.card'), 0
FROM `deliveries`
WHERE `platform` = 'discord' AND json_extract(`address`, '$.card') IS NOT NULL;--> statement-breakpoint
INSERT INTO `delivery_steps` (`delivery_id`, `name`, `makes`, `state`, `value`, `at`)
SELECT `id`, 'thread', 'thread', 'done', json_extract(`address`, '$.card.messageId'), 0
FROM `deliveries`
WHERE `platform` = 'discord' AND json_extract(`address`, '$.card') IS NOT NULL;--> statement-breakpoint
INSERT INTO `delivery_steps` (`delivery_id`, `name`, `makes`, `state`, `value`, `at`)
SELECT `id`, 'card', 'message', 'done',
	json_object('channel', json_extract(`address`, '$.channel'), 'ts', json_extract(`address`, '$.card')), 0
FROM `deliveries`
WHERE `platform` = 'slack' AND json_extract(`address`, '$.card') IS NOT NULL;--> statement-breakpoint
INSERT INTO `delivery_steps` (`delivery_id`, `name`, `makes`, `state`, `value`, `at`)
SELECT `deliveries`.`id`, 'file:' || `files`.`value`, 'file', 'done', `files`.`value`, 0
FROM `deliveries`, json_each(`deliveries`.`address`, '$.files') AS `files`
WHERE `deliveries`.`platform` = 'slack' AND `deliveries`.`address` IS NOT NULL;--> statement-breakpoint
INSERT INTO `delivery_steps` (`delivery_id`, `name`, `makes`, `state`, `value`, `at`)
SELECT `id`, 'message', 'message', 'done', `address`, 0
FROM `deliveries`
WHERE `address` IS NOT NULL;--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_id` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_outbox`("id", "delivery_id", "kind", "created_at") SELECT "id", "job_id", "kind", "created_at" FROM `outbox`;--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_once` ON `outbox` (`delivery_id`,`kind`);